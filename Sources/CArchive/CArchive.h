/* SPDX-License-Identifier: GPL-3.0-or-later */

/* libarchive. Only the module Archives imports this. */

#ifndef CARCHIVE_H
#define CARCHIVE_H

#include <archive.h>
#include <archive_entry.h>

#endif
