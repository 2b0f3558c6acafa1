"""The read side: functions of a reader that return frozen dataclasses."""
