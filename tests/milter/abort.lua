-- Aborts and breaks at every stage; the next message is judged as if nothing had been.
dofile(folder .. "/common.lua")
local conn = open()
mt.mailfrom(conn, "<news@shop.example>")
mt.abort(conn)
envelope(conn, "<news@shop.example>", { "<anna@example.com>" })
mt.abort(conn)
envelope(conn, "<news@shop.example>", { "<anna@example.com>" })
mt.header(conn, "Subject", "Sale")
mt.abort(conn)
envelope(conn, "<news@shop.example>", { "<anna@example.com>" })
mt.header(conn, "Subject", "Sale")
mt.eoh(conn)
mt.bodystring(conn, "Buy now.\r\n")
mt.abort(conn)
send_personal(conn, { "<anna@example.com>" })
check(passed(conn) and marked(conn, "class=other"), "personal mail after four aborts")
send_ad(conn, { "<anna@example.com>" })
check(replied(conn, "550"), "an advertisement after it")
mt.disconnect(conn)
for stage = 1, 5 do
	conn = open()
	if stage > 1 then mt.mailfrom(conn, "<news@shop.example>") end
	if stage > 2 then mt.rcptto(conn, "<anna@example.com>") end
	if stage > 3 then mt.header(conn, "Subject", "Sale") mt.eoh(conn) end
	if stage > 4 then mt.bodystring(conn, "Buy now.\r\n") end
	mt.disconnect(conn, stage % 2 == 0)
end
conn = mt.connect(socket)
mt.disconnect(conn, false)
conn = open()
send_ad(conn, { "<anna@example.com>" })
check(replied(conn, "550"), "and after six connections that broke")
mt.disconnect(conn)
done()
