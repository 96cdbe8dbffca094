-- common.lua - what the scripts share: say TAP, send messages.  Loaded by each with dofile().
local n = 0

-- Debian's miltertest ends at a Lua error without a word: every script says "done" as its last line, and
-- milter.t asks for it.
function check(ok, name)
	n = n + 1
	mt.echo((ok and "ok " or "not ok ") .. n .. " - " .. name)
end

function done()
	mt.echo("1.." .. n)
	mt.echo("# done")
end

function open(address)
	local conn = mt.connect(socket)
	if conn == nil then error("cannot connect") end
	mt.conninfo(conn, "client.example", address or "192.0.2.7")
	return conn
end

-- Like open(), from an MTA that offers only what is given.  Debian's mt.negotiate() takes steps before actions,
-- whatever its manual says (seen with strace).
function open_limited(version, actions, steps, address)
	local conn = mt.connect(socket)
	if conn == nil then error("cannot connect") end
	if mt.negotiate(conn, version, steps, actions) ~= nil then error("negotiation failed") end
	mt.conninfo(conn, "client.example", address or "192.0.2.7")
	return conn
end

function envelope(conn, from, rcpts)
	mt.macro(conn, SMFIC_MAIL, "i", "Q" .. n)
	mt.mailfrom(conn, from)
	for _, rcpt in ipairs(rcpts) do
		mt.rcptto(conn, rcpt)
	end
end

-- headers: { { name, value }, ... }
function content(conn, headers, body)
	for _, h in ipairs(headers) do
		mt.header(conn, h[1], h[2])
	end
	mt.eoh(conn)
	if body ~= nil then mt.bodystring(conn, body) end
	mt.eom(conn)
end

AD = { { "From", "Shop <news@shop.example>" }, { "Subject", "Sale" } }
PERSONAL = { { "From", "friend@home.example" }, { "Subject", "Dinner" } }

function send_ad(conn, rcpts, headers)
	envelope(conn, "<news@shop.example>", rcpts)
	content(conn, headers or AD, "Buy now, everything must go.\r\n")
end

function send_personal(conn, rcpts)
	envelope(conn, "<friend@home.example>", rcpts)
	content(conn, PERSONAL, "See you at eight?\r\n")
end

-- MT_SMTPREPLY compares the whole reply, whatever its manual says: the test configuration's texts have no id.
REPLY = { ["550"] = { "5.7.1", "refused 100%%" }, ["451"] = { "4.3.0", "later" }, ["451 mixed"] = { "4.5.3", "again" } }

function replied(conn, what)
	local reply = REPLY[what]
	return mt.getreply(conn) == SMFIR_REPLYCODE and
	    mt.eom_check(conn, MT_SMTPREPLY, string.sub(what, 1, 3), reply[1], reply[2])
end

function passed(conn)
	return mt.getreply(conn) == SMFIR_CONTINUE or mt.getreply(conn) == SMFIR_ACCEPT
end

-- The X-Tuiding value that was inserted, on one line.
function mark(conn)
	local value = mt.getheader(conn, "X-Tuiding", 0)
	if value == nil then return "" end
	return (string.gsub(value, "%s+", " "))
end

function marked(conn, words)
	return string.find(mark(conn), words, 1, true) ~= nil
end
