/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * The version of everything that lies in pinned maps. A program is never run over maps of
 * another layout: the version is part of the directory the maps are pinned in.
 *
 * Raise it whenever a key, a value, a bit of a call entry, a map's type or a fixed size changes.
 */
#ifndef SIPSTEER_LAYOUT_H
#define SIPSTEER_LAYOUT_H

#define SS_LAYOUT_VERSION 7

#endif /* SIPSTEER_LAYOUT_H */
