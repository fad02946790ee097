// SPDX-License-Identifier: Apache-2.0
//
// The fields of a cluster (fields.hpp has those of all else).
#pragma once

#include "config/choices.hpp"
#include "config/cluster_rules.hpp"
#include "config/model.hpp"
#include "config/object.hpp"
#include "config/rules.hpp"

namespace sipsteer::config {

template <>
inline constexpr const char *kDefinition<Redis> = "Redis";
template <>
inline constexpr const char *kDefinition<Cluster> = "ClusterConfig";

inline constexpr std::size_t kMostRedisAddresses = 8;

template <typename V>
void describe(V &v, typename V::template Of<Redis> &redis) {
    v.required("addresses", redis.addresses, RedisAddressList{kMostRedisAddresses},
               "sockets and addresses, in the order of preference");
    v.optional("user", redis.user, Maybe{RedisUser{}});
    v.optional("password_file", redis.password_file, Maybe{AbsolutePath{}},
               "file with the password in its first line");
}

template <typename V>
void describe(V &v, typename V::template Of<Cluster> &cluster) {
    v.required("name", cluster.name, Name{}, "one name for all directors of the cluster");
    v.required("director", cluster.director, Name{}, "name of this director in the cluster");
    v.required("redis", cluster.redis, Object{}, "where the directors meet");
    v.optional("share", cluster.share, OneOf<Share>{});
}

} // namespace sipsteer::config
