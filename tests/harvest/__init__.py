"""The harvest: the publication behind a real server, read by the clients that portals and crawlers are, release by release."""
