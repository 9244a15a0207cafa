/* What FTP's control connection tells its data connections. */
#ifndef PCAPDEX_DISSECTORS_FTP_H
#define PCAPDEX_DISSECTORS_FTP_H

#include <stdbool.h>

/* Of a data connection that was announced. */
struct ftp_data_flow {
	bool announced; /* by PORT, PASV, EPRT, EPSV */
	bool commanded; /* a command that moves data came */
};

#endif
