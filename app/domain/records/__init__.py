"""Records of the handheld: their fields, their reading, and the documents they make up."""
