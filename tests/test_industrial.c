/* Protocols of plants, substations and cars, and of the databases beside them. Messages written by hand from
 * their specifications. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>

#include "tests/dissect_test.h"

static void has(const char *text, const char *part)
{
	if (!strstr(text, part))
		fail_msg("no \"%s\" in:\n%s", part, text);
}

static void has_not(const char *text, const char *part)
{
	if (strstr(text, part))
		fail_msg("\"%s\" in:\n%s", part, text);
}

/* One conversation between two hosts; each message in a segment of its own. */
static uint32_t sent[2];
static bool begun;

static int fresh(void **state)
{
	(void)state;
	sent[0] = sent[1] = 1000;
	begun = false;
	return 0;
}

static const char *segment(bool server, unsigned port, const char *hex)
{
	char frame[4096];
	unsigned digits = 0;
	for (const char *p = hex; *p; p++)
		digits += *p != ' ';
	unsigned from = server ? port : 40000, to = server ? 40000 : port;
	snprintf(frame, sizeof(frame),
		"45 00 %04x 0000 0000 40 06 0000 c000020%u c000020%u  %04x %04x %08x 00000001 50 18 2000 "
		"0000 0000 %s",
		40 + digits / 2, server ? 2 : 1, server ? 1 : 2, from, to, sent[server], hex);
	sent[server] += digits / 2;
	const char *text = (begun ? dissect_more : dissect_hex)(CLAIM_LINKTYPE, 101, frame, 0);
	begun = true;
	return text;
}

static const char *client(unsigned port, const char *hex)
{
	return segment(false, port, hex);
}

static const char *server(unsigned port, const char *hex)
{
	return segment(true, port, hex);
}

/* ---- MMS over ISO transport: ISO/IEC 8327-1, 8823-1, X.227, ISO 9506-2 ---- */

#define TPKT(len) "0300 00" len
#define DATA      "02f080"

/* Session CONNECT with its user data (193); presentation CP: context 3 is MMS, context 1 ACSE; user data in
 * context 1: AARQ with an EXTERNAL in context 3: initiate request. */
static const char connect_request[] =
	"0300006002f0800d57c1553153a003800101a24ca423300f020101060452010001300406025101301002010306"
	"0528ca22020130040602510161253023020101a01e601ca107060528ca220203be11280f020103a00aa8088003"
	"007530810105";

/* GIVE TOKENS, DATA TRANSFER, context 3: a read of LD0/LLN0$ST$Beh$stVal */
static const char read_request[] =
	"0300003d02f080010001006130302e020103a029a027020107a422a120a01e301ca01aa1181a034c44301a114c"
	"4c4e302453542442656824737456616c";

static void mms(void **state)
{
	(void)state;
	const char *text = client(102, connect_request);
	has(text, "stack: raw:ip:tcp:tpkt:cotp:ses:pres:acse:mms\n");
	has(text, "ses_spdu type=13 length=87");
	has(text, "pres_context presentation_context_identifier=3 abstract_syntax_name=1.0.9506.2.1");
	has(text, "aSO_context_name=1.0.9506.2.3");
	text = client(102, read_request);
	has(text, "stack: raw:ip:tcp:tpkt:cotp:ses:pres:mms\n");
	has(text, "invokeID=7 confirmedServiceRequest=4");
	has(text, "mms_object domainId=LD0 itemId=LLN0$ST$Beh$stVal");
	/* a response to it, and a conclusion straight on transport */
	text = server(102, TPKT("1d") DATA "01000100 6110 300e 020103 a009 a107 020107 a402 a100");
	has(text, "invokeID=7 confirmedServiceResponse=4");
	has(client(102, TPKT("0a") DATA "8b0100"), "cotp:mms");
}

static void mms_needs_its_context(void **state)
{
	(void)state;
	const char *text =
		server(102, TPKT("1d") DATA "01000100 6110 300e 020103 a009 a107 020107 a402 a100");
	has(text, "stack: raw:ip:tcp:tpkt:cotp:ses:pres\n");
	/* Siemens' protocol id 0x32 is no MINOR SYNC ACK */
	has(client(102, TPKT("19") DATA "3201 0000 0001 0008 0000 f00000010001 01e0 0000"), "cotp:s7comm");
}

/* ---- Remote Desktop's channels: ITU-T T.125, section 7 ---- */

static void channels(void **state)
{
	(void)state;
	has(client(3389, TPKT("0c") DATA "0401000100"), "t125 t124.DomainMCSPDU=1");
	has(client(3389, TPKT("08") DATA "28"), "DomainMCSPDU=10");
	has(server(3389, TPKT("0b") DATA "2e000007"), "DomainMCSPDU=11 t124.initiator=7");
	has(client(3389, TPKT("0c") DATA "38000703eb"),
		"DomainMCSPDU=14 t124.initiator=7 t124.channelId=1003");
	has(client(3389, TPKT("10") DATA "64000703eb70 02 abcd"),
		"DomainMCSPDU=25 t124.initiator=7 t124.channelId=1003");
}

/* What is not Remote Desktop's on its port may be TLS whose beginning was not seen. */
static void not_a_desktop(void **state)
{
	(void)state;
	has(client(3389, "1703030005 0102030405"), "stack: raw:ip:tcp:tls\n");
}

/* ---- CIP: The CIP Networks Library, volumes 1 and 2 ---- */

#define GET_SINGLE "0e03 2001 2401 3001"
#define READ_TAG   "4c02 206b 2401 0100"

static const char *rr(bool answer, const char *cip)
{
	char hex[1024];
	unsigned digits = 0;
	for (const char *p = cip; *p; p++)
		digits += *p != ' ';
	snprintf(hex, sizeof(hex),
		"6f00 %02x00 01000000 00000000 0102030405060708 00000000 00000000 0a00 0200 00000000 b200 "
		"%02x00 %s",
		16 + digits / 2, digits / 2, cip);
	return (answer ? server : client)(44818, hex);
}

static void cip(void **state)
{
	(void)state;
	/* a service that all classes have, and one that is the class's own */
	const char *text = rr(false, GET_SINGLE);
	has(text, "stack: raw:ip:tcp:enip:cip\n");
	has(text, "class=0x01 instance=0x01");
	has(rr(false, READ_TAG), "enip:cip:cipcls\n");
	has(rr(true, "cc000000 c3000100"), "enip:cip:cipcls\n");
	/* two of them in one message */
	text = rr(false, "0a02 2002 2401 0200 0600 0e00 " GET_SINGLE READ_TAG);
	has(text, "stack: raw:ip:tcp:enip:cip:cipcls\n");
	has(text, "class=0x02");
	has(text, "class=0x01");
	has(text, "class=0x6b");
	/* what is sent on is the connection manager's, and so is the answer, whatever its service */
	has(rr(false, "5202 2006 2401 050a 0800 " GET_SINGLE " 0100 0100"), "enip:cip:cipcm\n");
	has(rr(true, "8e000000 0100"), "enip:cip:cipcm\n");
	/* forward open, and its answer */
	text = rr(false, "5402 2006 2401 050a 00000080 01000080 3412 4d00 78563412 03000000 "
			 "80841e00 f443 80841e00 f443 a3 03 0100 2002 2401");
	has(text, "conn_serial_num=0x1234 cip.cm.vendor=0x004d cip.cm.orig_serial_num=0x12345678");
	has(rr(true, "d4000000 44332211 01000080 3412 4d00 78563412 80841e00 80841e00 0000"),
		"cipcm cip.cm.ot_connid=0x11223344");
}

static void cip_inputs(void **state)
{
	(void)state;
	static const char hex[] = "08ae 08ae 0020 0000 0200 0280 0800 787b3a00 01000000 b100 0200 0300";
	dissect_prefixes(CLAIM_IP_PROTO, 17, hex);
	const char *text = dissect_hex(CLAIM_IP_PROTO, 17, hex, 0);
	has(text, "stack: udp:cipio:cipio\n");
	has(text, "sai.connid=0x003a7b78");
}

/* ---- IEC 60870-5-104 ---- */

static void telecontrol(void **state)
{
	(void)state;
	/* STARTDT act, then single points 1 and 2, spontaneous, of station 1 */
	const char *text = client(2404, "6804 07000000");
	has(text, "stack: raw:ip:tcp:iec60870_104\n");
	has(text, "apdulen=4 type=0x00000003 utype=0x00000001");
	text = server(2404, "6812 0200 0400 01 02 03 00 0100 010000 01 020000 00");
	has(text, "stack: raw:ip:tcp:iec60870_104:iec60870_asdu\n");
	has(text, "tx=1 rx=2");
	has(text, "typeid=1");
	has(text, "ioa=1\n");
	has(text, "ioa=2\n");
	/* a sequence: one address, three elements */
	text = server(2404, "6810 0400 0400 01 83 14 00 0100 640000 000101");
	has(text, "ioa=100\n");
	has(text, "ioa=102\n");
	has_not(text, "ioa=103\n");
}

/* ---- DRDA, DoIP, UDS, AFP, TDS ---- */

static void database(void **state)
{
	(void)state;
	/* EXCSAT, chained with ACCSEC */
	const char *text = client(50000, "000ed0410001 0008 1041 115e 0000 000ad0010002 0004 106d");
	has(text, "stack: raw:ip:tcp:drda");
	has(text, "ddm.length=14 ddm.ddmid=0xd0 ddm.format=0x41 ddm.rqscrr=1 ddm.length2=8 "
		  "ddm.codepoint=0x1041");
	has(text, "ddm.codepoint=0x106d");
}

static void car(void **state)
{
	(void)state;
	const char *text = client(13400, "02fd8001 00000006 0e80 e400 3e00");
	has(text, "stack: raw:ip:tcp:doip:uds\n");
	has(text, "type=0x8001 length=6 source_address=0x0e80 target_address=0xe400");
	has(server(13400, "02fd8001 00000007 e400 0e80 7f 22 31"), "err.sid=0x22 err.code=0x31");
	has(client(13400, "02fd0005 00000007 0e80 00 00000000"), "stack: raw:ip:tcp:doip\n");
}

static void files(void **state)
{
	(void)state;
	const char *text = client(548, "0002 22c6 00000000 00000002 00000000 1100");
	has(text, "stack: raw:ip:tcp:dsi:afp\n");
	has(text, "afp command=17\n");
	has(server(548, "0102 22c6 ffffec78 00000002 00000000 0e1c"), "error_code=-5000");
	has(server(548, "0005 0046 00000000 00000000 00000000"), "stack: raw:ip:tcp:dsi\n");
}

static void sql_server(void **state)
{
	(void)state;
	has(client(1433, "1201 000b 0000 00 00 ffffff"), "tds type=18 status=0x01 length=11");
	/* SSPI: NTLM's first message */
	has(client(1433, "1101 0028 0000 01 00 4e544c4d53535000 01000000 02820000 0000000000000000 "
			 "0000000000000000"),
		"tcp:tds:ntlmssp\n");
	/* the handshake of TLS stands in packets of the pre-login */
	has(client(1433, "1201 000f 0000 00 00 1403030001 0100"), "tcp:tds:tls\n");
}

int main(void)
{
#define FRESH(test) cmocka_unit_test_setup(test, fresh)
	const struct CMUnitTest tests[] = {
		FRESH(mms),
		FRESH(mms_needs_its_context),
		FRESH(channels),
		FRESH(not_a_desktop),
		FRESH(cip),
		FRESH(cip_inputs),
		FRESH(telecontrol),
		FRESH(database),
		FRESH(car),
		FRESH(files),
		FRESH(sql_server),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
