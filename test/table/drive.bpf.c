/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * The driver, on the data plane's code as it is.
 */
#include "drive_steps.h"
