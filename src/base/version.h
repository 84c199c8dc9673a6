/* What the program calls itself; the package and the API take it from here. */
#ifndef HOOL_BASE_VERSION_H
#define HOOL_BASE_VERSION_H

#define HOOL_VERSION "0.1"

#endif
