"""The hub: WebSocket connections, channels and fan-out, the doorbell and the deadlines. Changes no incident itself."""
