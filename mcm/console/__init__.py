"""The console room: hands the browser the console that `web/` was built into, or says plainly that it was not."""
