/* A list as a file for a spreadsheet. See export_page.c. */
#ifndef HOOL_WEB_EXPORT_H
#define HOOL_WEB_EXPORT_H

#include "web/site_int.h"

/* The list asked for as CSV (semicolons, UTF-8 with its mark), and as XLSX. */
enum err export_csv(struct visit *v) MUST_USE;
enum err export_xlsx(struct visit *v) MUST_USE;

#endif
