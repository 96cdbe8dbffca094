-- Floods: junk fields push nobody out of sight; forged fields of ours by the dozen are not mended one by one.
dofile(folder .. "/common.lua")
REPLY["550 marks"] = { "5.6.0", "Too many X-Tuiding fields" }
local conn = open()
local junk = {}
for i = 1, 80 do junk[i] = { "X-Junk-" .. i, string.rep("x", 800) } end
junk[81] = AD[1]
junk[82] = AD[2]
envelope(conn, "<x@elsewhere.example>", { "<anna@example.com>" })
content(conn, junk, "Buy now, everything must go.\r\n")
check(replied(conn, "550"), "64,000 octets of junk fields hide neither From nor the text")
envelope(conn, "<news@shop.example>", { "<anna@example.com>" })
content(conn, { { "From ", "news@shop.example" }, { "Subject", "Sale" } }, "Buy now.\r\n")
check(replied(conn, "550"), "\"From :\" is From")
local marks = { PERSONAL[1], PERSONAL[2] }
for i = 1, 51 do marks[i + 2] = { "X-Tuiding-" .. i, "class=other" } end
envelope(conn, "<friend@home.example>", { "<anna@example.com>" })
content(conn, marks, "Hello.\r\n")
check(replied(conn, "550 marks"), "51 fields in our name: 550 5.6.0")
table.remove(marks)
envelope(conn, "<friend@home.example>", { "<anna@example.com>" })
content(conn, marks, "Hello.\r\n")
check(passed(conn) and mt.eom_check(conn, MT_HDRDELETE, "x-tuiding-50"), "50 are taken off")
mt.disconnect(conn)
done()
