/* NetBIOS, SMB, their security tokens, DCE/RPC, Kerberos, LDAP and ONC RPC: messages written by hand from the
 * specifications that the dissectors name. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "tests/dissect_test.h"

static void has(const char *text, const char *part)
{
	if (!strstr(text, part))
		fail_msg("no \"%s\" in:\n%s", part, text);
}

static void hasnt(const char *text, const char *part)
{
	if (strstr(text, part))
		fail_msg("\"%s\" in:\n%s", part, text);
}

static const char *tcp(uint32_t port, const char *hex)
{
	dissect_prefixes(CLAIM_TCP_PORT, port, hex);
	return dissect_hex(CLAIM_TCP_PORT, port, hex, 0);
}

static const char *udp(uint32_t port, const char *hex)
{
	dissect_prefixes(CLAIM_UDP_PORT, port, hex);
	return dissect_hex(CLAIM_UDP_PORT, port, hex, 0);
}

/* RFC 1001, section 14.1: each half octet is a letter from A on; "FRED", filled up with blanks. */
#define FRED "20 45474643 45464545 434143414341434143414341434143414341434143414341 00"

static void netbios_session(void **state)
{
	(void)state;
	has(tcp(139, "82000000"), "stack: nbss\nnbss type=0x82 length=0 flags=0x00\n");
	has(tcp(139, "81000044 " FRED FRED), "called_name=FRED<20> calling_name=FRED<20>");
	has(tcp(139, "83000001 82"), "error_code=0x82");
	has(tcp(139, "84000006 c0000201 008b"), "retarget_ip_address=192.0.2.1 retarget_port=139");
	has(tcp(139, "85000000"), "type=0x85");
	/* what is no header is the continuation of a message */
	has(tcp(139, "4142434445"), "nbss continuation_data=4142434445\n");
	has(tcp(139, "00000000"), "continuation_data=00000000");
	/* the 17th bit of the length */
	has(tcp(139, "0001000061"), "length=65536 flags=0x01");
	has(tcp(139, "00000003 616263"), "stack: nbss:data\n");
}

#define SMB_HEADER(command, flags, flags2)                                                                   \
	"ff534d42 " command " 00000000 " flags " " flags2 " 0000 0000000000000000 0000 0700 e803 0200 0300 "

/* [MS-CIFS], section 2.2.4.52.1 */
static void smb_negotiate(void **state)
{
	(void)state;
	const char *text =
		tcp(139, "0000002f " SMB_HEADER("72", "18", "01c8") "00 0c00 02 4e54204c4d20302e313200");
	has(text, "stack: nbss:smb\n");
	has(text, "cmd=0x72");
	has(text, "flags=0x18 flags2=0xc801");
	has(text, "tid=7 pid=1000 uid=2 mid=3");
	has(text, "smb_block wct=0 bcc=12");
	has(text, "buffer_format=2 dialect.name=NT LM 0.12");
}

/* A session is set up and a tree connected in one message ([MS-CIFS], section 2.2.4.53): words and octets of
 * the second command stand where the first one says. */
static void smb_chain(void **state)
{
	(void)state;
	const char *text = tcp(445,
		"00000066 " SMB_HEADER("73", "18",
			"0140") "0d 75 00 4c00 0010 0200 0100 00000000 0000 0000 00000000 40000000 0f00 "
				"75736572 00 444f4d 00 4f5300 4c4d00"
				"04 ff 00 0000 0000 0100 1000 00 5c5c535256 5c6300 3f3f3f3f3f00 0000");
	has(text, "account=user primary_domain=DOM native_os=OS native_lanman=LM");
	has(text, "smb_block wct=13 cmd=0x75 andxoffset=76 bcc=15");
	has(text, "path=\\\\SRV\\c");
}

/* [MS-SMB2], section 2.2.3 */
static void smb2_negotiate(void **state)
{
	(void)state;
	const char *text = tcp(445,
		"00000068 fe534d42 4000 0100 00000000 0000 1f00 00000000 00000000 0500000000000000 fffe0000 "
		"00000000"
		"0000000000000000 00000000000000000000000000000000"
		"2400 0200 01 00 0000 7f000000 00112233445566778899aabbccddeeff 0000000000000000 0202 1002");
	has(text, "stack: nbss:smb2\n");
	has(text, "cmd=0");
	has(text, "msg_id=5");
	has(text, "client_guid=33221100-5544-7766-8899-aabbccddeeff");
	has(text, "smb2_dialect dialect=0x0202\n");
	has(text, "smb2_dialect dialect=0x0210\n");
	/* section 2.2.41: an encrypted message */
	text = tcp(445,
		"00000038 fd534d42 00112233445566778899aabbccddeeff 0102030405060708090a0b0c00000000 04000000"
		"0000 0100 8877665544332211 deadbeef");
	has(text, "stack: nbss:smb2\n");
	has(text, "header.transform.nonce=0102030405060708090a0b0c00000000 header.transform.msg_size=4");
	has(text, "sesid=0x1122334455667788");
}

/* Two commands in one message are two layers of it. */
#define SMB2_HEADER(command, next, id)                                                                       \
	"fe534d42 4000 0100 00000000 " command " 0100 00000000 " next " " id                                 \
	"00000000000000 fffe0000 05000000"                                                                   \
	"9900000000000000 00000000000000000000000000000000"

static void smb2_compound(void **state)
{
	(void)state;
	const char *text =
		tcp(445, "00000090 " SMB2_HEADER("0d00", "48000000", "01") "0400 0000 00000000" SMB2_HEADER(
				 "0d00", "00000000", "02") "0400 0000 00000000");
	has(text, "stack: nbss:smb2\n");
	has(text, "chain_offset=0x00000048 msg_id=1");
	has(text, "chain_offset=0x00000000 msg_id=2");
}

/* [MS-NLMP], section 4.2.2.3, the challenge; in an LDAP bind that carries it bare ([MS-ADTS], 5.1.1.1.3). */
#define CHALLENGE                                                                                            \
	"4e544c4d53535000 02000000 0c000c0038000000 338202e2 0123456789abcdef 0000000000000000 "             \
	"0000000000000000"                                                                                   \
	"060070170000000f 530065007200760065007200"

static void ntlm_challenge(void **state)
{
	(void)state;
	const char *text = tcp(389, "3050 020101 604b 020103 0400 8a44" CHALLENGE);
	has(text, "stack: ldap:ntlmssp\n");
	has(text, "messagetype=0x00000002 negotiateflags=0xe2028233");
	has(text, "challenge.target_name=Server ntlmserverchallenge=0123456789abcdef");
}

/* RFC 4178, section 4.2: a first token is of the first mechanism in the list. */
static void spnego(void **state)
{
	(void)state;
	/* SASL bind "GSS-SPNEGO": [APPLICATION 0] { 1.3.6.1.5.5.2, negTokenInit { NTLMSSP, "NTLMSSP" ... } }
	 */
	const char *text =
		tcp(389, "305b 020102 6056 020103 0400 a34f 040a 4753532d53504e45474f 0441"
			 "603f 0606 2b0601050502 a035 3033 a00e 300c 060a 2b06010401823702020a a221 041f"
			 "4e544c4d53535000 01000000 07020020 0000000000000000 000000");
	has(text, "stack: ldap:gss-api:spnego:ntlmssp\n");
	has(text, "gss_api OID=1.3.6.1.5.5.2\n");
	has(text, "spnego_mech MechType=1.3.6.1.4.1.311.2.2.10\n");
	has(text, "mechanism=GSS-SPNEGO");
}

/* RFC 4511, section 4.5.1 */
static void ldap_search(void **state)
{
	(void)state;
	const char *search = "302f 020103 632a 0404 64633d78 0a0102 0a0100 020100 020100 010100"
			     "a00a 8702 636e 8704 6d61696c 3004 0402 736e";
	const char *text = tcp(389, search);
	has(text, "stack: ldap\n");
	has(text, "messageID=3 protocolOp=3");
	has(text, "baseObject=dc=x scope=2 derefAliases=0 sizeLimit=0 timeLimit=0 typesOnly=0");
	has(text, "ldap_attribute present=cn\n");
	has(text, "ldap_attribute present=mail\n");
	has(text, "ldap_attribute AttributeDescription=sn\n");
	has(udp(389, search), "stack: cldap\n");
	/* neither a message nor a buffer: taken, but nothing shown */
	has(tcp(389, "474554202f"), "stack: \n");
}

/* RFC 4120, section 5.9.1 */
static void kerberos_error(void **state)
{
	(void)state;
	const char *text = udp(88,
		"7e42 3040 a003 020105 a103 02011e a411 180f 31393730303130313030303030315a a505 02030f4240"
		"a603 020119 a904 1b02 5245 aa0c 300a a003 020102 a103 3001 1b00 ab03 1b01 78");
	has(text, "stack: kerberos\n");
	has(text, "pvno=5 msg_type=30");
	has(text, "error_code=25");
	/* version 4 begins with its number: no identifier of ASN.1 is that small */
	has(udp(88, "04 02 6a6f6500 00 524500 00000000 05 6b726200 524500"),
		"stack: kerberos:krb4\nkrb4 version=4 auth_msg_type=0x02 name=joe instance= realm=RE "
		"lifetime=5 "
		"s_name=krb s_instance=RE\n");
	has(udp(88, "04 30"), "stack: data\n");
	has(udp(88, "3003020100"), "stack: data\n");
}

/* RFC 1833, section 3: which port has NFS 3 over TCP? And the answer, 2049. */
static void rpc_portmap(void **state)
{
	(void)state;
	const char *text =
		udp(111, "00000007 00000000 00000002 000186a0 00000002 00000003"
			 "00000000 00000000 00000000 00000000 000186a3 00000003 00000006 00000000");
	has(text, "stack: rpc:portmap\n");
	has(text, "xid=0x00000007 msgtyp=0 program=100000 programversion=2 procedure=3 version=2");
	/* a reply without a call is not known to be one */
	has(udp(40000, "00000007 00000001 00000000 00000000 00000000 00000000 00000801"), "stack: data\n");
	/* an unknown program, another version of RPC */
	has(udp(40000, "00000007 00000000 00000002 00012345 00000002 00000003 00000000 00000000 00000000 "
		       "00000000"),
		"stack: data\n");
	has(udp(40000, "00000007 00000000 00000003 000186a3 00000002 00000003 00000000 00000000 00000000 "
		       "00000000"),
		"stack: data\n");
	/* RFC 5531, appendix A: who calls */
	text = udp(40000,
		"00000007 00000000 00000002 000186a3 00000003 00000001"
		"00000001 00000020 00000001 00000004 686f7374 000003e8 00000064 00000002 00000004 00000014"
		"00000000 00000000 00000004 01020304");
	has(text, "stack: rpc:nfs\n");
	has(text, "auth.stamp=0x00000001 auth.machinename=host auth.uid=1000 auth.gid=100,4,20");
	has(text, "rpc_auth auth.flavor=1 auth.length=32\n");
}

/* C706, section 12.6.4.3; the interface of the Local Security Authority ([MS-LSAT], section 1.9). */
#define RPC_HEADER(type, length) "05 00 " type " 03 10000000 " length " 0000 01000000 "
#define LSARPC                   "785734123412cdabef000123456789ab"
#define NDR                      "045d888aeb1cc9119fe808002b104860 02000000"

static void dcerpc_bind(void **state)
{
	(void)state;
	const char *text =
		tcp(139, "00000048 " RPC_HEADER("0b", "4800") "b810 b810 00000000 01000000 0000 01 00" LSARPC
							      "0000 0000" NDR);
	has(text, "stack: nbss:dcerpc\n");
	has(text, "dcerpc ver=5 ver_minor=0 pkt_type=11");
	has(text, "cn_max_xmit=4280 cn_max_recv=4280 cn_assoc_group=0x00000000 cn_num_ctx_items=1");
	has(text, "cn_ctx_id=0 cn_bind_to_uuid=12345778-1234-abcd-ef00-0123456789ab cn_bind_if_ver=0 "
		  "cn_bind_if_ver_minor=0");
	text = tcp(139, "0000001c " RPC_HEADER("00", "1c00") "00000000 0000 2c00 01020304");
	has(text, "cn_ctx_id=0");
	has(text, "opnum=44");
	/* version, type, representation: all must be plausible */
	has(tcp(139, "00000010 06 00 0b 03 10000000 1000 0000 01000000"), "stack: nbss:data\n");
	has(tcp(139, "00000010 05 00 15 03 10000000 1000 0000 01000000"), "stack: nbss:data\n");
	has(tcp(139, "00000010 05 00 0b 03 11000000 0f00 0000 01000000"), "stack: nbss:data\n");
	hasnt(text, "auth_type");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(netbios_session),
		cmocka_unit_test(smb_negotiate),
		cmocka_unit_test(smb_chain),
		cmocka_unit_test(smb2_negotiate),
		cmocka_unit_test(smb2_compound),
		cmocka_unit_test(ntlm_challenge),
		cmocka_unit_test(spnego),
		cmocka_unit_test(ldap_search),
		cmocka_unit_test(kerberos_error),
		cmocka_unit_test(rpc_portmap),
		cmocka_unit_test(dcerpc_bind),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
