"""What happened in a captured trace: its steps, pipelines, operations, devices and memory, from columns of events."""
