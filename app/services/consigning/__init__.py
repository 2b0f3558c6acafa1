"""Consignment: goods of ours at a customer's, sold as counts find them gone."""
