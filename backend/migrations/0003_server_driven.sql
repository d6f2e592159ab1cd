-- The server-driven way: the callback is a navigation from Microsoft, on which browsers send no strict cookie. So an
-- attempt remembers at its start, which is a request of the site's own, which session the browser holds: that one is
-- replaced at the end (R37).
alter table attempts add column session_hash text; -- of the handle, as in sessions.handle_hash; null without session
