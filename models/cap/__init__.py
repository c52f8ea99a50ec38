"""The Common Alerting Protocol: messages about grave accidents, for emergency services and broadcasters. Pure."""
