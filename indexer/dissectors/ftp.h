/* What FTP's control connection tells its data connections. */
#ifndef PCAPDEX_DISSECTORS_FTP_H
#define PCAPDEX_DISSECTORS_FTP_H

#include <stdbool.h>

/* Of a data connection that was announced by PORT, PASV, EPRT or EPSV. */
struct ftp_data_flow {
	bool commanded; /* a command that moves data came */
	bool carried;   /* so did a segment of data */
	bool several;   /* and another */
};

#endif
