"""When to publish: file events, the schedule, due dates, requests."""
