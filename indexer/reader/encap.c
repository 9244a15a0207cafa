/* The numbers, names and titles are what tshark 4.0.17 (frame.encap_type) and capinfos print for a capture of
 * each link type. */
#include "indexer/reader/encap.h"

#include <stdbool.h>
#include <stddef.h>

/* By link type: encap_of() searches by halves. */
static const struct encap encaps[] = {
	{ 0, 15, "null", "NULL/Loopback" },
	{ 1, 1, "ether", "Ethernet" },
	{ 2, 184, "xeth", "Xerox 3MB Ethernet" },
	{ 3, 148, "ax25", "Amateur Radio AX.25" },
	{ 6, 2, "tr", "Token Ring" },
	{ 7, 8, "arcnet", "ARCNET" },
	{ 8, 3, "slip", "SLIP" },
	{ 9, 4, "ppp", "PPP" },
	{ 10, 6, "fddi-swapped", "FDDI with bit-swapped MAC addresses" },
	{ 11, 10, "atm-rfc1483", "RFC 1483 ATM" },
	{ 12, 7, "rawip", "Raw IP" },
	{ 13, 38, "enc", "OpenBSD enc(4) encapsulating interface" },
	{ 14, 7, "rawip", "Raw IP" },
	{ 16, 11, "linux-atm-clip", "Linux ATM CLIP" },
	{ 18, 11, "linux-atm-clip", "Linux ATM CLIP" },
	{ 19, 11, "linux-atm-clip", "Linux ATM CLIP" },
	{ 32, 69, "redback", "Redback SmartEdge" },
	{ 50, 4, "ppp", "PPP" },
	{ 51, 139, "pppoes", "PPP-over-Ethernet session" },
	{ 99, 61, "symantec", "Symantec Enterprise Firewall" },
	{ 100, 10, "atm-rfc1483", "RFC 1483 ATM" },
	{ 101, 7, "rawip", "Raw IP" },
	{ 104, 28, "chdlc", "Cisco HDLC" },
	{ 105, 20, "ieee-802-11", "IEEE 802.11 Wireless LAN" },
	{ 106, 11, "linux-atm-clip", "Linux ATM CLIP" },
	{ 107, 26, "frelay", "Frame Relay" },
	{ 108, 174, "loop", "OpenBSD loopback" },
	{ 109, 38, "enc", "OpenBSD enc(4) encapsulating interface" },
	{ 112, 28, "chdlc", "Cisco HDLC" },
	{ 113, 25, "linux-sll", "Linux cooked-mode capture v1" },
	{ 114, 30, "ltalk", "Localtalk" },
	{ 117, 39, "pflog", "OpenBSD PF Firewall logs" },
	{ 118, 29, "ios", "Cisco IOS internal" },
	{ 119, 21, "ieee-802-11-prism", "IEEE 802.11 plus Prism II monitor mode radio header" },
	{ 121, 32, "hhdlc", "HiPath HDLC" },
	{ 122, 18, "ip-over-fc", "RFC 2625 IP-over-Fibre Channel" },
	{ 123, 13, "atm-pdus", "ATM PDUs" },
	{ 127, 23, "ieee-802-11-radiotap", "IEEE 802.11 plus radiotap radio header" },
	{ 128, 37, "tzsp", "Tazmen sniffer protocol" },
	{ 129, 9, "arcnet_linux", "Linux ARCNET" },
	{ 130, 81, "juniper-mlppp", "Juniper MLPPP" },
	{ 131, 82, "juniper-mlfr", "Juniper MLFR" },
	{ 133, 87, "juniper-ggsn", "Juniper GGSN" },
	{ 135, 68, "juniper-atm2", "Juniper ATM2" },
	{ 136, 151, "juniper-svcs", "Juniper Services" },
	{ 137, 67, "juniper-atm1", "Juniper ATM1" },
	{ 138, 62, "ap1394", "Apple IP-over-IEEE 1394" },
	{ 139, 75, "mtp2-with-phdr", "MTP2 with pseudoheader" },
	{ 140, 42, "mtp2", "SS7 MTP2" },
	{ 141, 43, "mtp3", "SS7 MTP3" },
	{ 142, 101, "sccp", "SS7 SCCP" },
	{ 143, 33, "docsis", "Data Over Cable Service Interface Specification" },
	{ 144, 44, "irda", "IrDA" },
	{ 147, 45, "user0", "USER 0" },
	{ 148, 46, "user1", "USER 1" },
	{ 149, 47, "user2", "USER 2" },
	{ 150, 48, "user3", "USER 3" },
	{ 151, 49, "user4", "USER 4" },
	{ 152, 50, "user5", "USER 5" },
	{ 153, 51, "user6", "USER 6" },
	{ 154, 52, "user7", "USER 7" },
	{ 155, 53, "user8", "USER 8" },
	{ 156, 54, "user9", "USER 9" },
	{ 157, 55, "user10", "USER 10" },
	{ 158, 56, "user11", "USER 11" },
	{ 159, 57, "user12", "USER 12" },
	{ 160, 58, "user13", "USER 13" },
	{ 161, 59, "user14", "USER 14" },
	{ 162, 60, "user15", "USER 15" },
	{ 163, 24, "ieee-802-11-avs", "IEEE 802.11 plus AVS radio header" },
	{ 165, 63, "bacnet-ms-tp", "BACnet MS/TP" },
	{ 167, 76, "juniper-pppoe", "Juniper PPPoE" },
	{ 169, 66, "gprs-llc", "GPRS LLC" },
	{ 170, 178, "gfp-t", "ITU-T G.7041/Y.1303 Generic Framing Procedure Transparent mode" },
	{ 171, 179, "gfp-f", "ITU-T G.7041/Y.1303 Generic Framing Procedure Frame-mapped mode" },
	{ 172, 77, "gcom-tie1", "GCOM TIE1" },
	{ 173, 78, "gcom-serial", "GCOM Serial" },
	{ 177, 88, "linux-lapd", "LAPD with Linux pseudo-header" },
	{ 178, 83, "juniper-ether", "Juniper Ethernet" },
	{ 179, 84, "juniper-ppp", "Juniper PPP" },
	{ 180, 85, "juniper-frelay", "Juniper Frame-Relay" },
	{ 181, 86, "juniper-chdlc", "Juniper C-HDLC" },
	{ 183, 91, "juniper-vp", "Juniper Voice PIC" },
	{ 184, 181, "juniper-vn", "Juniper VN" },
	{ 186, 92, "usb-freebsd", "USB packets with FreeBSD header" },
	{ 187, 41, "bluetooth-h4", "Bluetooth H4" },
	{ 188, 93, "ieee-802-16-mac-cps", "IEEE 802.16 MAC Common Part Sublayer" },
	{ 189, 95, "usb-linux", "USB packets with Linux header" },
	{ 190, 109, "can20b", "Controller Area Network 2.0B" },
	{ 192, 97, "ppi", "Per-Packet Information header" },
	{ 195, 104, "wpan", "IEEE 802.15.4 Wireless PAN" },
	{ 196, 100, "sita-wan", "SITA WAN packets" },
	{ 197, 98, "erf", "Extensible Record Format" },
	{ 199, 103, "ipmb-kontron", "Intelligent Platform Management Bus with Kontron pseudo-header" },
	{ 200, 197, "juniper-st", "Juniper Secure Tunnel Information" },
	{ 201, 99, "bluetooth-h4-linux", "Bluetooth H4 with linux header" },
	{ 202, 147, "ax25-kiss", "AX.25 with KISS header" },
	{ 203, 131, "lapd", "LAPD" },
	{ 204, 19, "ppp-with-direction", "PPP with Directional Info" },
	{ 209, 112, "i2c-linux", "I2C with Linux-specific pseudo-header" },
	{ 210, 106, "flexray", "FlexRay" },
	{ 211, 108, "most", "Media Oriented Systems Transport" },
	{ 212, 107, "lin", "Local Interconnect Network" },
	{ 213, 111, "x2e-serial", "X2E serial line capture" },
	{ 214, 105, "x2e-xoraya", "X2E Xoraya" },
	{ 215, 113, "wpan-nonask-phy", "IEEE 802.15.4 Wireless PAN non-ASK PHY" },
	{ 220, 115, "usb-linux-mmap", "USB packets with Linux header and padding" },
	{ 224, 121, "fc2", "Fibre Channel FC-2" },
	{ 225, 122, "fc2sof", "Fibre Channel FC-2 With Frame Delimiter" },
	{ 226, 124, "ipnet", "Solaris IPNET" },
	{ 227, 125, "socketcan", "SocketCAN" },
	{ 228, 129, "rawip4", "Raw IPv4" },
	{ 229, 130, "rawip6", "Raw IPv6" },
	{ 230, 127, "wpan-nofcs", "IEEE 802.15.4 Wireless PAN with FCS not present" },
	{ 231, 146, "dbus", "D-Bus" },
	{ 235, 132, "dvbci", "DVB-CI (Common Interface)" },
	{ 236, 133, "mux27010", "MUX27010" },
	{ 237, 157, "s5066-dpdu", "STANAG 5066 Data Transfer Sublayer PDUs(D_PDU)" },
	{ 239, 141, "nflog", "NFLOG" },
	{ 240, 135, "netanalyzer", "Hilscher netANALYZER" },
	{ 241, 136, "netanalyzer-transparent", "Hilscher netANALYZER-Transparent" },
	{ 242, 180, "ip-ib", "IP over IB" },
	{ 243, 138, "mp2ts", "ISO/IEC 13818-1 MPEG2-TS" },
	{ 245, 140, "nfc-llcp", "NFC LLCP" },
	{ 248, 149, "sctp", "SCTP" },
	{ 249, 152, "usb-usbpcap", "USB packets with USBPcap header" },
	{ 250, 153, "rtac-serial", "RTAC serial-line" },
	{ 251, 154, "bluetooth-le-ll", "Bluetooth Low Energy Link Layer" },
	{ 252, 155, "wireshark-upper-pdu", "Wireshark Upper PDU export" },
	{ 253, 158, "netlink", "Linux Netlink" },
	{ 254, 159, "bluetooth-linux-monitor", "Bluetooth Linux Monitor" },
	{ 255, 160, "bluetooth-bredr-bb-rf", "Bluetooth BR/EDR Baseband RF" },
	{ 256, 161, "bluetooth-le-ll-rf", "Bluetooth Low Energy Link Layer RF" },
	{ 258, 171, "pktap", "Apple PKTAP" },
	{ 259, 172, "epon", "Ethernet Passive Optical Network" },
	{ 260, 173, "ipmi-trace", "IPMI Trace Data Collection" },
	{ 264, 177, "iso14443", "ISO 14443 contactless smartcard standards" },
	{ 266, 182, "usb-darwin", "USB packets with Darwin (macOS, etc.) headers" },
	{ 268, 36, "sdlc", "SDLC" },
	{ 270, 183, "loratap", "LoRaTap" },
	{ 271, 185, "vsock", "Linux vsock" },
	{ 272, 186, "nordic_ble", "nRF Sniffer for Bluetooth LE" },
	{ 273, 199, "docsis31_xra31", "DOCSIS with Excentis XRA pseudo-header" },
	{ 274, 198, "ether-mpacket", "IEEE 802.3br mPackets" },
	{ 275, 200, "dpauxmon", "DisplayPort AUX channel with Unigraf pseudo-header" },
	{ 276, 210, "linux-sll2", "Linux cooked-mode capture v2" },
	{ 279, 204, "ebhscr", "Elektrobit High Speed Capture and Replay" },
	{ 280, 205, "vpp", "Vector Packet Processing graph dispatch trace" },
	{ 283, 206, "wpan-tap", "IEEE 802.15.4 Wireless with TAP pseudo-header" },
	{ 287, 211, "zwave-serial", "Z-Wave Serial API packets" },
	{ 288, 208, "usb-20", "USB 2.0/1.1/1.0 packets" },
	{ 290, 212, "etw", "Event Tracing for Windows messages" },
	{ 292, 214, "zbncp", "ZBOSS NCP" },
	{ 293, 215, "usb-20-low", "Low-Speed USB 2.0/1.1/1.0 packets" },
	{ 294, 216, "usb-20-full", "Full-Speed USB 2.0/1.1/1.0 packets" },
	{ 295, 217, "usb-20-high", "High-Speed USB 2.0 packets" },
};

const struct encap *encap_of(uint16_t link_type)
{
	/* One for each thread, so that the answer for one unlisted type is not changed by another thread's.
	 */
	static _Thread_local struct encap unlisted = { 0, 0, "unknown", "Unknown" };
	size_t low = 0, high = sizeof(encaps) / sizeof(encaps[0]);

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (encaps[middle].link_type == link_type)
			return &encaps[middle];
		if (encaps[middle].link_type < link_type)
			low = middle + 1;
		else
			high = middle;
	}
	unlisted.link_type = link_type;
	return &unlisted;
}

enum { ERF_HEADER = 16, ERF_EXTENSION = 8 };

/* The Extensible Record Format's own header, the extension headers that the top bits of the type octets
 * announce, and the sub-header of the record types that have one (LINKTYPE_ERF; Endace, "ERF types reference
 * guide"). */
static unsigned erf_header(const uint8_t *data, uint32_t cap_len)
{
	unsigned n = ERF_HEADER;
	bool more;

	if (cap_len < ERF_HEADER)
		return 0;
	more = data[8] & 0x80;
	for (; more && cap_len - n >= ERF_EXTENSION; n += ERF_EXTENSION)
		more = data[n] & 0x80;
	switch (data[8] & 0x7f) {
	case 2:  /* Ethernet */
	case 11: /* colour Ethernet */
	case 16: /* DSM colour Ethernet */
	case 20: /* colour hash Ethernet */
		n += 2;
		break;
	case 5: /* multi-channel HDLC, raw, ATM, raw link, AAL5, AAL2 */
	case 6:
	case 7:
	case 8:
	case 9:
	case 12:
	case 18: /* AAL2 */
		n += 4;
		break;
	default:
		break;
	}
	return n <= cap_len ? n : 0;
}

unsigned encap_pseudo_header(uint16_t link_type, const uint8_t *data, uint32_t cap_len)
{
	unsigned n = 0;

	switch (link_type) {
	case 204: /* PPP with direction */
		n = 1;
		break;
	case 245: /* NFC LLCP */
		n = 2;
		break;
	case 123: /* SunATM */
	case 139: /* MTP2 with pseudo-header */
	case 201: /* Bluetooth HCI H4 with direction */
	case 254: /* Bluetooth Linux Monitor */
		n = 4;
		break;
	case 196: /* SITA */
	case 209: /* I2C on Linux */
		n = 5;
		break;
	case 144: /* IrDA on Linux */
	case 177: /* LAPD on Linux */
		n = 16;
		break;
	case 197: /* ERF */
		n = erf_header(data, cap_len);
		break;
	default:
		break;
	}
	return n <= cap_len ? n : 0;
}

uint32_t encap_max_frame(uint16_t link_type)
{
	switch (link_type) {
	case 186: /* USB: FreeBSD, Linux, Linux with padding, USBPcap, Darwin */
	case 189:
	case 220:
	case 249:
	case 266:
	case 231: /* D-Bus: "the maximum length of a message is 2 to the 27th power" (D-Bus specification) */
		return 128 * 1024 * 1024;
	case 279: /* Elektrobit High Speed Capture and Replay */
		return 8 * 1024 * 1024;
	default:
		return 256 * 1024;
	}
}
