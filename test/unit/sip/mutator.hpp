// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <random>
#include <string>
#include <utility>
#include <vector>

namespace sipsteer::test {

/// Changes messages in ways that matter to a finder: with `pieces` of what it looks at.
class Mutator {
public:
    Mutator(unsigned seed, std::vector<std::string> pieces)
        : random_(seed), pieces_(std::move(pieces)) {}

    std::string operator()(std::string message) {
        for (std::size_t i = below(6) + 1; i > 0; i--) {
            change(message);
        }
        return message;
    }

    std::size_t below(std::size_t bound) {
        return std::uniform_int_distribution<std::size_t>(0, bound - 1)(random_);
    }

private:
    void change(std::string &message) {
        const std::size_t at = below(message.size() + 1);
        switch (below(5)) {
        case 0:
            message.insert(at, pieces_[below(pieces_.size())]);
            break;
        case 1:
            message.erase(at, below(20));
            break;
        case 2:
            message.insert(at, message.substr(below(message.size() + 1), below(60)));
            break;
        case 3:
            message.replace(at, below(10), pieces_[below(pieces_.size())]);
            break;
        default:
            message.insert(at, std::string(below(300), "x \t\n"[below(4)]));
        }
    }

    std::mt19937 random_;
    std::vector<std::string> pieces_;
};

} // namespace sipsteer::test
