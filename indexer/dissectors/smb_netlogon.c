/* What finds a domain controller through mailslots; a name without fields of its own. */
#include "indexer/packet.h"

extern const struct protocol proto_smb_netlogon;

const struct protocol proto_smb_netlogon = {
	.name = "smb_netlogon",
	.title = "Microsoft Windows Logon Protocol (Old)",
	.column = "SMB_NETLOGON",
	.spec = "MS-ADTS, section 6.3.5",
	.help = "Finds a domain controller to log on to.",
};
