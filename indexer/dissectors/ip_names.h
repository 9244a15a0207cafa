/* Protocol numbers, and differentiated services as fields and headings of IPv4 and IPv6 name them (IANA
 * "Differentiated Services Field Codepoints", RFC 3168). */
#ifndef PCAPDEX_DISSECTORS_IP_NAMES_H
#define PCAPDEX_DISSECTORS_IP_NAMES_H

#include "schema/kind.h"

static const struct value_name dscp_short_names[] = { { 0, "CS0" }, { 1, "LE" }, { 8, "CS1" }, { 10, "AF11" },
	{ 12, "AF12" }, { 14, "AF13" }, { 16, "CS2" }, { 18, "AF21" }, { 20, "AF22" }, { 22, "AF23" },
	{ 24, "CS3" }, { 26, "AF31" }, { 28, "AF32" }, { 30, "AF33" }, { 32, "CS4" }, { 34, "AF41" },
	{ 36, "AF42" }, { 38, "AF43" }, { 40, "CS5" }, { 44, "VOICE-ADMIT" }, { 46, "EF PHB" }, { 48, "CS6" },
	{ 56, "CS7" }, { 0, NULL } };

static const struct value_name ecn_names[] = { { 0, "Not ECN-Capable Transport" },
	{ 1, "ECN-Capable Transport codepoint '01'" }, { 2, "ECN-Capable Transport codepoint '10'" },
	{ 3, "Congestion Experienced" }, { 0, NULL } };

static const struct value_name dscp_names[] = { { 0, "Default" }, { 1, "Lower Effort" },
	{ 8, "Class Selector 1" }, { 10, "Assured Forwarding 11" }, { 12, "Assured Forwarding 12" },
	{ 14, "Assured Forwarding 13" }, { 16, "Class Selector 2" }, { 18, "Assured Forwarding 21" },
	{ 20, "Assured Forwarding 22" }, { 22, "Assured Forwarding 23" }, { 24, "Class Selector 3" },
	{ 26, "Assured Forwarding 31" }, { 28, "Assured Forwarding 32" }, { 30, "Assured Forwarding 33" },
	{ 32, "Class Selector 4" }, { 34, "Assured Forwarding 41" }, { 36, "Assured Forwarding 42" },
	{ 38, "Assured Forwarding 43" }, { 40, "Class Selector 5" }, { 44, "Voice Admit" },
	{ 46, "Expedited Forwarding" }, { 48, "Class Selector 6" }, { 56, "Class Selector 7" }, { 0, NULL } };

#define ECN_SHORT(field) "{" field "=0?Not-ECT}{" field "=1?ECT(1)}{" field "=2?ECT(0)}{" field "=3?CE}"

static const struct value_name ip_proto_names[] = { { 0, "IPv6 Hop-by-Hop Option" }, { 1, "ICMP" },
	{ 2, "IGMP" }, { 4, "IPIP" }, { 6, "TCP" }, { 8, "EGP" }, { 17, "UDP" },
	{ 33, "Datagram Congestion Control Protocol" }, { 41, "IPv6" },
	{ 47, "Generic Routing Encapsulation" }, { 43, "Routing Header for IPv6" },
	{ 44, "Fragment Header for IPv6" }, { 46, "Reservation Protocol" }, { 50, "Encap Security Payload" },
	{ 51, "Authentication Header" }, { 59, "No Next Header for IPv6" },
	{ 60, "Destination Options for IPv6" }, { 58, "ICMPv6" }, { 88, "EIGRP" }, { 89, "OSPF IGP" },
	{ 103, "PIM" }, { 112, "VRRP" }, { 115, "Layer 2 Tunneling" }, { 132, "SCTP" }, { 136, "UDPLite" },
	{ 0, NULL } };

#endif
