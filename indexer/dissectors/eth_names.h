/* Ethertypes as all that have one name them (IANA "IEEE 802 Numbers"). */
#ifndef PCAPDEX_DISSECTORS_ETH_NAMES_H
#define PCAPDEX_DISSECTORS_ETH_NAMES_H

#include "schema/kind.h"

static const struct value_name eth_type_names[] = { { 0x0800, "IPv4" }, { 0x0806, "ARP" },
	{ 0x22f4, "Intermediate System to Intermediate System" }, { 0x0842, "Wake on LAN" },
	{ 0x6558, "Transparent Ethernet bridging" }, { 0x8035, "RARP" }, { 0x8100, "802.1Q Virtual LAN" },
	{ 0x86dd, "IPv6" }, { 0x8809, "Slow Protocols" }, { 0x8847, "MPLS label switched packet" },
	{ 0x8863, "PPPoE Discovery" }, { 0x8864, "PPPoE Session" }, { 0x888e, "802.1X Authentication" },
	{ 0x886f, "MS NLB heartbeat" }, { 0x8926, "VN-Tag" }, { 0x8892, "PROFINET" },
	{ 0x88a4, "EtherCAT frame" }, { 0x88a8, "802.1ad Provider Bridge (Q-in-Q)" },
	{ 0x88b8, "IEC 61850/GOOSE" }, { 0x88ba, "IEC 61850/SV (Sampled Value Transmission" },
	{ 0x88cc, "802.1 Link Layer Discovery Protocol (LLDP)" },
	{ 0x88f7, "PTPv2 over Ethernet (IEEE1588)" }, { 0x9000, "Loopback" }, { 0, NULL } };

#endif
