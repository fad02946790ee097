/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * Names, so that the maps can be read by people without the controller.
 */
#ifndef SIPSTEER_NAMES_H
#define SIPSTEER_NAMES_H

#include "base.h"
#include "limits.h"

/* Value of service_names, pool_names and server_names, by index; UTF-8, NUL-padded. */
struct ss_name {
    char text[SS_NAME_SIZE];
};
SS_ASSERT_SIZE(struct ss_name, SS_NAME_SIZE);

#endif /* SIPSTEER_NAMES_H */
