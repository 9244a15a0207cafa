#include "indexer/packet.h"

extern const struct protocol proto_smb_netlogon, proto_browser;

const struct protocol proto_smb_netlogon = {
	.name = "smb_netlogon",
	.title = "Microsoft Windows Logon Protocol (Old)",
	.column = "SMB_NETLOGON",
	.spec = "MS-ADTS, section 6.3.5",
	.help = "Finds a domain controller to log on to.",
};

__attribute__((weak)) const struct protocol proto_browser = {
	.name = "browser",
	.title = "Microsoft Windows Browser Protocol",
	.column = "BROWSER",
};
