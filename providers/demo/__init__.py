"""An invented company behind the same protocol as a real cloud; calls nothing."""
