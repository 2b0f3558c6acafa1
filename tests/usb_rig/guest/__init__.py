"""What runs inside the virtual machine: its agent, its own gadgets, and the scenarios' tools."""
