-- A message larger than max-scan-size: the rest is skipped, the first part judged.
dofile(folder .. "/common.lua")
local conn = open()
envelope(conn, "<news@shop.example>", { "<anna@example.com>" })
mt.header(conn, "From", "news@shop.example")
mt.header(conn, "Subject", "Sale")
mt.eoh(conn)
mt.bodystring(conn, "Buy now.\r\n")
local chunk, skipped = string.rep(string.rep("x", 76) .. "\r\n", 50), false
for i = 1, 40 do
	mt.bodystring(conn, chunk)
	if mt.getreply(conn) == SMFIR_SKIP then skipped = true break end
end
check(skipped, "the MTA is told to skip")
mt.eom(conn)
check(replied(conn, "550"), "and the first part decides")
envelope(conn, "<friend@home.example>", { "<anna@example.com>" })
mt.header(conn, "From", "friend@home.example")
mt.header(conn, "Subject", string.rep("long ", 180))
mt.eoh(conn)
mt.bodystring(conn, "NUL\0inside\r\n")
mt.eom(conn)
check(passed(conn), "a long header and a NUL do no harm")
mt.disconnect(conn)
done()
