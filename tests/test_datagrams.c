/* Protocols over UDP: packets of their specifications' examples, or written from their drawings. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "tests/dissect_test.h"

static void has(const char *text, const char *part)
{
	if (!strstr(text, part))
		fail_msg("no \"%s\" in:\n%s", part, text);
}

static const char *datagram(bool first, const char *ends, const char *payload)
{
	static char frame[8192];
	size_t n = 0;
	for (const char *p = payload; *p; p++)
		n += *p != ' ';
	n /= 2;
	/* ends: source and destination address, source and destination port */
	snprintf(frame, sizeof(frame), "4500 %04zx 0000 0000 40 11 0000 %.17s %.9s %04zx 0000 %s", 28 + n,
		ends, ends + 18, 8 + n, payload);
	return first ? dissect_hex(CLAIM_ETHERTYPE, 0x0800, frame, 0)
		     : dissect_more(CLAIM_ETHERTYPE, 0x0800, frame, 0);
}

static const char *port(uint16_t number, const char *payload)
{
	return dissect_hex(CLAIM_UDP_PORT, number, payload, 0);
}

/* RFC 5769, section 2.2. */
#define STUN_RESPONSE                                                                                        \
	"0101003c 2112a442 b7e7a701bc34d686fa87dfae 8022000b 7465737420766563746f7220 0020000800 "           \
	"01a147e112a643 "                                                                                    \
	"00080014 2b91f599fd9e90c38c7489f92af9ba53f06be7d7 80280004 c07d4c96"

static void stun(void **state)
{
	(void)state;
	const char *text = port(40000, STUN_RESPONSE);
	has(text, "stack: stun\n");
	has(text, "stun type=0x0101 length=60 id=b7e7a701bc34d686fa87dfae");
	has(text, "att.type=0x8022 att.length=11 att.software=test vector\n");
	has(text, "att.port=32853 att.ipv4=192.0.2.1\n");
	/* Channel data (RFC 8656, section 12.4) only where STUN was seen. */
	has(datagram(true, "c0000201 c0000202 9c40 9c41", "4001 0004 61626364"),
		"stack: ethertype:ip:udp:data\n");
	datagram(true, "c0000201 c0000202 9c40 9c41", STUN_RESPONSE);
	has(datagram(false, "c0000201 c0000202 9c40 9c41", "4001 0004 61626364"),
		"stack: ethertype:ip:udp:stun:data\n");
	/* RFC 3489: no cookie */
	has(port(40000, "0001 0000 00112233445566778899aabbccddeeff"), "stack: classicstun\n");
}

/* RFC 1350: the answers come from another port. */
static void tftp(void **state)
{
	(void)state;
	has(datagram(true, "c0000201 c0000202 9c40 0045",
		    "0001 626f6f7400 6f6374657400 626c6b73697a6500 3134333200"),
		"tftp opcode=1 source_file=boot type=octet\n");
	const char *text = datagram(false, "c0000202 c0000201 9c41 9c40", "0003 0001 61626364");
	has(text, "stack: ethertype:ip:udp:tftp:data\n");
	has(text, "tftp opcode=3 block=1 destination_file=boot request_frame=1\n");
	has(datagram(false, "c0000201 c0000202 9c40 9c41", "0004 0001"), "stack: ethertype:ip:udp:tftp\n");
}

/* RFC 2865, section 7.1; RFC 3579: EAP in two attributes. */
/* RFC 5191, section 6.2, with an EAP-Payload attribute; the length of an attribute with a vendor does not
 * fit. */
#define PANA     "0000 0028 0000 0001 12345678 00000001 0002 "
#define PANA_EAP "000d 0000 0201000d017465737475736572 000000"

static void pana(void **state)
{
	(void)state;
	has(datagram(true, "c0000201 c0000202 9c40 02cc", PANA "0000" PANA_EAP),
		"stack: ethertype:ip:udp:pana:eap\n");
	has(datagram(true, "c0000201 c0000202 9c40 02cc", PANA "8000" PANA_EAP),
		"stack: ethertype:ip:udp:data\n");
}

/* IEEE 1815: a header whose checksum is wrong is not DNP's. */
static void dnp3(void **state)
{
	(void)state;
	has(port(20000, "0564 05 c0 0100 0a00 e08c"), "stack: dnp3\n");
	has(port(20000, "0564 05 c0 0100 0a00 e18c"), "stack: data\n");
}

static void radius(void **state)
{
	(void)state;
	const char *text = port(1812, "01 00 0038 0f403f9473978057bd83d5cb98f4227a 01 06 6e656d6f 02 12 "
				      "0dbe708d93d413ce3196e43f782a0aee 04 06 c0a80110 05 06 00000003");
	has(text, "stack: radius\n");
	has(text, "radius code=1 id=0 length=56 authenticator=0f403f94");
	has(text, "User_Name=nemo");
	has(text, "NAS_IP_Address=192.168.1.16");
	text = port(1812, "01 01 0022 00112233445566778899aabbccddeeff 4f 05 020100 4f 09 0808016a6f65 00");
	has(text, "stack: radius:eap\n");
	has(port(1812, "3c 01 0014 00112233445566778899aabbccddeeff"), "stack: data\n");
}

/* RFC 7252, appendix A, figure 16. */
static void coap(void **state)
{
	(void)state;
	has(port(5683, "40 01 7d34 bb 74656d7065726174757265"), "opt.uri_path=temperature");
	const char *text = port(5683, "60 45 7d34 ff 32322e332043");
	has(text, "stack: coap:data\n");
	has(text, "data=32322e332043");
}

static void tunnels(void **state)
{
	(void)state;
	/* RFC 3948 */
	has(port(4500, "ff"), "stack: udpencap\n");
	has(port(4500, "11223344 00000001 aabbccdd"), "stack: udpencap:esp\nesp spi=0x11223344 sequence=1\n");
	/* RFC 7296, section 3.1: header and a nonce */
	const char *text =
		port(500, "0011223344556677 0000000000000000 28 20 22 08 00000000 00000024 00 00 0008 "
			  "deadbeef");
	has(text, "stack: isakmp\n");
	has(text, "ispi=0011223344556677");
	has(text, "isakmp_payload nextpayload=40\n");
	has(text, "isakmp_payload typepayload=40 nextpayload=0 payloadlength=8\n");
	/* RFC 4380: origin indication, IPv6 without a payload */
	text = port(3544, "0000 eeff 3ffffdfe 60000000 0000 3b 40 20010db8000000000000000000000001 "
			  "20010db8000000000000000000000002");
	has(text, "stack: teredo:ipv6\n");
	has(text, "orig.port=4352 orig.addr=192.0.2.1");
	/* GTP version 1: a T-PDU with sequence number; version 2 */
	has(port(2152, "32 ff 0018 00000001 0005 00 00 4500 0014 0000 0000 40 3b 0000 c0000201 c0000202"),
		"stack: gtp:ip\n");
	has(port(2123, "48 20 0008 00000001 000001 00"), "stack: gtp:gtpv2\n");
	/* OpenVPN: a client's first packet */
	has(port(1194, "38 0011223344556677 00 00000000"), "openvpn type=0x38 sessionid=4822678189205111");
}

static void wireguard(void **state)
{
	(void)state;
	char hex[400] = "04000000 78563412 0100000000000000 ";
	memset(hex + strlen(hex), 'a', 32);
	has(port(40000, hex), "stack: wg\nwg type=4 reserved=000000 receiver=0x12345678 counter=1\n");
	hex[1] = '5';
	has(port(40000, hex), "stack: data\n");
}

static void others(void **state)
{
	(void)state;
	/* RFC 3164, section 5.4 */
	has(port(514, "3c33343e 4f637420313120"), "msg=Oct 11 ");
	/* BEP 5: a ping */
	has(port(40000, "64313a6164323a696432303a 6162636465666768696a30313233343536373839 "
			"65313a71343a70696e67313a74323a"
			"6161313a79313a7165"),
		"stack: bt-dht\nbt_dht id=6162636465666768696a30313233343536373839\n");
	/* BEP 14 */
	has(datagram(true, "c0000201 efc0988f 1a73 1a73",
		    "42542d534541524348202a20485454502f312e310d0a506f72743a20363838310d0a0d0a"),
		"port=6881");
	/* six ff, then sixteen times the address */
	char hex[300] = "ffffffffffff";
	for (unsigned i = 0; i < 16; i++)
		strcat(hex, "020000000001");
	has(port(9, hex), "stack: wol\n");
	/* collectd: host */
	has(port(25826, "0000 0006 6100"), "data.host=a");
	/* [MS-RDPEUDP], section 4.1.1: SYN */
	has(port(3389, "ffffffff 0400 0001 00000001 04d0 04d0"), "upstreammtu=1232");
}

static void cut(void **state)
{
	(void)state;
	dissect_prefixes(CLAIM_UDP_PORT, 40000, STUN_RESPONSE);
	dissect_prefixes(CLAIM_UDP_PORT, 69, "0001 626f6f7400 6f6374657400 626c6b73697a6500 3134333200");
	dissect_prefixes(CLAIM_UDP_PORT, 1812,
		"01 01 0022 00112233445566778899aabbccddeeff 4f 05 020100 4f 09 0808016a6f65 00");
	dissect_prefixes(CLAIM_UDP_PORT, 5683, "40 01 7d34 bb 74656d7065726174757265 ff 32");
	dissect_prefixes(CLAIM_UDP_PORT, 500,
		"0011223344556677 0000000000000000 21 20 22 08 00000000 00000038 00 00 001c 00000018 01 01 "
		"04 01 11223344 "
		"00000008 01 00 000c");
	dissect_prefixes(CLAIM_UDP_PORT, 1194, "38 0011223344556677 01 00000000 0011223344556677 00000000");
	dissect_prefixes(CLAIM_UDP_PORT, 19132, "84 000000 40 0090 000000 09 00000000490f027c 00 00");
	dissect_prefixes(CLAIM_UDP_PORT, 2123, "48 20 0008 00000001 000001 00");
	dissect_prefixes(CLAIM_UDP_PORT, 8805, "21 33 003b 0000000000000011 000020 00");
	dissect_prefixes(CLAIM_UDP_PORT, 25826, "0000 0006 6100 0006 0007 0001 00");
	dissect_prefixes(CLAIM_UDP_PORT, 3389, "ffffffff 0400 000c 0002 0102 00000001 00000001 170303");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(stun),
		cmocka_unit_test(tftp),
		cmocka_unit_test(pana),
		cmocka_unit_test(dnp3),
		cmocka_unit_test(radius),
		cmocka_unit_test(coap),
		cmocka_unit_test(tunnels),
		cmocka_unit_test(wireguard),
		cmocka_unit_test(others),
		cmocka_unit_test(cut),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
