/* Protocols over TCP that this room's neighbours have no test for: lines of text (SMTP, FTP, POP, IMAP, IRC,
 * Telnet), SSH, databases, queues and the like. Expected values are those of the specifications' own examples
 * or follow from the octets written here. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "tests/dissect_test.h"

static struct {
	uint32_t seq[2];
	bool begun;
} stream;

static void begin(void)
{
	stream.begun = false;
	stream.seq[0] = 1000;
	stream.seq[1] = 5000;
}

/* A segment of a client at port 49152 to the server's port, or back. */
static const char *segment(bool back, uint16_t port, const char *payload, size_t n)
{
	static char hex[8192];
	uint16_t sport = back ? port : 49152, dport = back ? 49152 : port;
	size_t at = (size_t)snprintf(hex, sizeof(hex),
		"4500 %04zx 0001 4000 40 06 0000 %s %04x%04x %08x %08x 5018 1000 0000 0000 ", n + 40,
		back ? "c0000202 c0000201" : "c0000201 c0000202", sport, dport, stream.seq[back],
		stream.seq[!back]);
	for (size_t i = 0; i < n; i++)
		at += (size_t)snprintf(hex + at, sizeof(hex) - at, "%02x", (uint8_t)payload[i]);
	stream.seq[back] += (uint32_t)n;
	bool first = !stream.begun;
	stream.begun = true;
	return (first ? dissect_hex : dissect_more)(CLAIM_ETHERTYPE, 0x0800, hex, 0);
}

#define TEXT(text) text, sizeof(text) - 1

static void has(const char *text, const char *part)
{
	if (!strstr(text, part))
		fail_msg("no \"%s\" in\n%s", part, text);
}

static void lacks(const char *text, const char *part)
{
	if (strstr(text, part))
		fail_msg("\"%s\" in\n%s", part, text);
}

static void ssh_versions_and_packets(void **state)
{
	(void)state;
	begin();
	has(segment(false, 22, TEXT("SSH-2.0-client\r\n")), "protocol=SSH-2.0-client");
	has(segment(true, 22, TEXT("SSH-2.0-server\r\n")), "direction=1");
	/* A packet whose second half is still to come has no layer; then: 12 octets, 10 of padding, NEWKEYS.
	 */
	lacks(segment(false, 22, TEXT("\0\0\0\x0c\x0a\x15")), ":ssh");
	const char *text = segment(false, 22, TEXT("0123456789"));
	has(text, "stack: ethertype:ip:tcp:ssh\n");
	has(text, "packet_length=12 padding_length=10 message_code=21");
}

static void smtp_hands_on_a_mail(void **state)
{
	(void)state;
	begin();
	has(segment(true, 25, TEXT("250-mail.example.org\r\n250 SIZE 1000\r\n")), "response.code=250");
	has(segment(false, 25, TEXT("MAIL FROM:<a@example.org>\r\n")),
		"req.command=MAIL req.parameter=FROM:<a@example.org>");
	segment(false, 25, TEXT("DATA\r\n"));
	segment(true, 25, TEXT("354 go on\r\n"));
	const char *text =
		segment(false, 25, TEXT("Subject: Dinner\r\n at eight\r\nFrom: A\r\n\r\nHello\r\n"));
	has(text, ":smtp:data-text-lines\n");
	text = segment(false, 25, TEXT(".\r\n"));
	has(text, ":smtp:imf\n");
	has(text, "subject=Dinner");
	has(segment(false, 25, TEXT("QUIT\r\n")), "req.command=QUIT");
}

static void ftp_awaits_its_data(void **state)
{
	(void)state;
	begin();
	has(segment(false, 21, TEXT("USER anna\r\n")), "request.command=USER request.arg=anna");
	segment(false, 21, TEXT("PASV\r\n"));
	/* RFC 959, section 4.1.2: the port is 19 * 256 + 137. */
	has(segment(true, 21, TEXT("227 Entering Passive Mode (192,0,2,2,19,137)\r\n")), "passive.port=5001");
	stream.seq[0] = 1;
	has(segment(true, 5001, TEXT("one line\r\n")), ":tcp:ftp-data:data-text-lines\n");
	/* RFC 2428, section 3 */
	has(segment(true, 21, TEXT("229 Entering Extended Passive Mode (|||6446|)\r\n")), "epsv.port=6446");
}

static void pop_counts_the_octets_of_a_mail(void **state)
{
	(void)state;
	begin();
	has(segment(false, 110, TEXT("RETR 1\r\n")), "request.command=RETR request.parameter=1");
	has(segment(true, 110, TEXT("+OK 20 octets\r\n")), "response.indicator=+OK");
	lacks(segment(true, 110, TEXT("Subject: x")), ":imf");
	has(segment(true, 110, TEXT("\r\n\r\nHello!")), ":pop:imf\n");
}

static void imap_words(void **state)
{
	(void)state;
	begin();
	/* RFC 9051, section 8 */
	has(segment(false, 143, TEXT("a001 login mrc secret\r\n")),
		"request_tag=a001 tag=a001 request.command=login command=login");
	has(segment(true, 143, TEXT("a001 OK LOGIN completed\r\n")),
		"response.status=OK response.command=LOGIN");
	lacks(segment(true, 143, TEXT("* 12 FETCH (BODY[HEADER] {12}\r\nSubject")), ":imap");
	has(segment(true, 143, TEXT(": x\r\n)\r\n")), ":imap:imf\n");
}

static void irc_and_telnet(void **state)
{
	(void)state;
	begin();
	const char *text = segment(true, 6667, TEXT(":a!b@c PRIVMSG #x :hello all\r\n"));
	has(text, "response.prefix=a!b@c response.command=PRIVMSG response.trailer=hello all");
	has(text, "response.command_parameter=#x");
	begin();
	/* RFC 854: IAC DO ECHO, then data */
	text = segment(true, 23, TEXT("\xff\xfd\x01login: "));
	has(text, "cmd=253 subcmd=1\n");
	has(text, "data=login: \n");
}

static void databases(void **state)
{
	(void)state;
	begin();
	has(segment(false, 3306, TEXT("\x09\0\0\0\x03SELECT 1")), "command=3 query=SELECT 1");
	begin();
	has(segment(false, 5432, TEXT("Q\0\0\0\x0dSELECT 1\0")),
		"type=Simple query length=13 query=SELECT 1");
	begin();
	const char *text = segment(false, 6379, TEXT("*2\r\n$3\r\nGET\r\n$4\r\nname\r\n"));
	has(text, "array.length=2");
	has(text, "bulk_string.length=3 bulk_string.value=474554");
	begin();
	has(segment(false, 9042, TEXT("\x04\0\0\1\x07\0\0\0\x0e\0\0\0\x08SELECT 1\0\1")), "string=SELECT 1");
}

static void queues(void **state)
{
	(void)state;
	begin();
	/* MQTT 3.1.1, section 3.3: PUBLISH of "hi" under "a/b" */
	has(segment(false, 1883, TEXT("\x30\x07\0\3a/bhi")), "topic=a/b msg=6869");
	begin();
	/* ApiVersions, correlation 7, client "me" */
	has(segment(false, 9092, TEXT("\0\0\0\x0c\0\x12\0\0\0\0\0\7\0\2me")), "correlation_id=7 api_key=18");
	begin();
	has(segment(false, 5672, TEXT("\1\0\1\0\0\0\4\0\x3c\0\x28\xce")), "method.class=60 method.method=40");
}

static void told_by_their_first_octets(void **state)
{
	(void)state;
	begin();
	has(segment(false, 40000, TEXT("8=FIX.4.2\0019=5\00135=0\00110=163\001")), "MsgType=0");
	begin();
	has(segment(true, 40000, TEXT("RFB 003.008\n")), ":tcp:vnc\n");
	begin();
	has(segment(true, 40000, TEXT("RFC 003.008\n")), ":tcp:data\n");
	begin();
	has(segment(false, 40000,
		    TEXT("\xf9\xbe\xb4\xd9ping\0\0\0\0\0\0\0\0\x08\0\0\0\1\2\3\4"
			 "12345678")),
		":tcp:bitcoin:bitcoin\n");
}

static void diameter_messages(void **state)
{
	(void)state;
	begin();
	/* RFC 6733, section 3: a capabilities exchange with Origin-Host "a.example" */
	has(segment(false, 3868,
		    TEXT("\1\0\0\x28\x80\0\1\1\0\0\0\0\0\0\0\1\0\0\0\2"
			 "\0\0\1\x08\x40\0\0\x11"
			 "a.example\0\0\0")),
		"cmd.code=257 applicationId=0 hopbyhopid=0x00000001 endtoendid=0x00000002 "
		"Origin-Host=a.example");
}

/* Any octets of these protocols, cut anywhere: nothing must be read beyond the end. */
static void every_prefix(void **state)
{
	(void)state;
	static const uint16_t ports[] = { 20, 21, 22, 23, 25, 43, 79, 80, 110, 119, 143, 512, 513, 514, 988,
		1080, 1863, 1883, 2501, 2575, 3306, 3868, 5222, 5432, 5672, 6000, 6346, 6379, 6653, 6667,
		6881, 8009, 9042, 9092, 17500, 40000 };
	static const char payload[] =
		"4649582e 000000ff fffd01ff fa1800ff f0383d46 49582e01 353d310d 0a2a3120"
		"46455443 48202831 207b3130 7d0d0a52 4642200a 0b4d5348 7c1c0d04 01060a0d";
	for (size_t i = 0; i < sizeof(ports) / sizeof(*ports); i++) {
		for (unsigned back = 0; back < 2; back++) {
			char hex[512];
			snprintf(hex, sizeof(hex),
				"45000068 00014000 40060000 c0000201 c0000202 %04x%04x 00000001 00000001 "
				"50181000 "
				"00000000 %s",
				back ? ports[i] : 49152, back ? 49152 : ports[i], payload);
			dissect_prefixes(CLAIM_ETHERTYPE, 0x0800, hex);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(ssh_versions_and_packets),
		cmocka_unit_test(smtp_hands_on_a_mail), cmocka_unit_test(ftp_awaits_its_data),
		cmocka_unit_test(pop_counts_the_octets_of_a_mail), cmocka_unit_test(imap_words),
		cmocka_unit_test(irc_and_telnet), cmocka_unit_test(databases), cmocka_unit_test(queues),
		cmocka_unit_test(told_by_their_first_octets), cmocka_unit_test(diameter_messages),
		cmocka_unit_test(every_prefix) };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
