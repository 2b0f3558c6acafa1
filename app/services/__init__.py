"""Use cases of the office: one verb each, no Qt, no SQL text, no bytes on a wire."""
