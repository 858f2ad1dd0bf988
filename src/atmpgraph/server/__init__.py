"""The production server: RSGI in front of the WSGI application, and back-pressure towards slow clients."""
