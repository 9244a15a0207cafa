/* What FTP's control connection tells its data connections. */
#ifndef PCAPDEX_DISSECTORS_FTP_H
#define PCAPDEX_DISSECTORS_FTP_H

#include <stdbool.h>
#include <stdint.h>

#define FTP_COMMAND_MAX 128

/* Of a data connection that was announced by PORT, PASV, EPRT or EPSV. */
struct ftp_data_flow {
	const char *method; /* how it was announced, "PASV"; NULL it was not */
	bool commanded;     /* a command that moves data came, */
	bool carried;       /* then a segment of data, */
	bool several;       /* and another */
	uint8_t len;
	char command[FTP_COMMAND_MAX]; /* the command, with its argument */
};

#endif
