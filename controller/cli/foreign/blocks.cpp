// SPDX-License-Identifier: Apache-2.0
#include "cli/foreign/blocks.hpp"

#include <algorithm>
#include <optional>

namespace sipsteer::foreign {

namespace {

constexpr int kMostDepth = 32; // keepalived has four levels

struct Token {
    enum class Kind { Word, Open, Close, EndOfLine };
    Kind kind = Kind::EndOfLine;
    unsigned line = 0;
    std::string text;
};

class Scanner {
public:
    explicit Scanner(std::string_view text) : text_(text) {}

    /// Nothing at the end of the text.
    std::optional<Token> next() {
        skip_blanks();
        if (at_ == text_.size()) {
            return std::nullopt;
        }
        const char c = text_[at_];
        if (c == '\n') {
            at_++;
            return Token{Token::Kind::EndOfLine, line_++, ""};
        }
        if (c == '{' || c == '}') {
            at_++;
            return Token{c == '{' ? Token::Kind::Open : Token::Kind::Close, line_, ""};
        }
        return Token{Token::Kind::Word, line_, word()};
    }

private:
    static bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\r'; }

    /// A backslash at the end of a line joins the next one; a comment lasts to the end of the line.
    void skip_blanks() {
        for (; at_ < text_.size(); at_++) {
            const char c = text_[at_];
            if (c == '\\' && at_ + 1 < text_.size() && text_[at_ + 1] == '\n') {
                at_++;
                line_++;
            } else if (c == '#' || c == '!') {
                at_ = std::min(text_.find('\n', at_), text_.size());
                return;
            } else if (!is_blank(c)) {
                return;
            }
        }
    }

    /// Quotes may begin within a word, and end with the line.
    std::string word() {
        std::string word;
        char quote = 0;
        for (; at_ < text_.size() && text_[at_] != '\n'; at_++) {
            const char c = text_[at_];
            if (quote == 0 && (is_blank(c) || c == '{' || c == '}' || c == '#' || c == '!')) {
                break;
            }
            if (c == '\\' && at_ + 1 < text_.size() && text_[at_ + 1] != '\n') {
                word += text_[++at_];
            } else if (c == '\\' && at_ + 1 < text_.size()) {
                break; // it joins the next line
            } else if (c == quote) {
                quote = 0;
            } else if (quote == 0 && (c == '"' || c == '\'')) {
                quote = c;
            } else {
                word += c;
            }
        }
        return word;
    }

    std::string_view text_;
    std::size_t at_ = 0;
    unsigned line_ = 1;
};

/// Statements up to a closing brace. An opening one belongs to the last statement, also if it
/// stands on the next line.
std::vector<Statement> read_block(Scanner &scanner, int depth) {
    std::vector<Statement> statements;
    bool is_new = true; // the next word begins a statement
    while (const auto token = scanner.next()) {
        if (token->kind == Token::Kind::Close && depth > 0) {
            break;
        }
        if (token->kind == Token::Kind::Open && depth < kMostDepth) {
            auto block = read_block(scanner, depth + 1);
            if (!statements.empty()) {
                statements.back().block = std::move(block);
            }
        }
        if (token->kind == Token::Kind::Word) {
            if (is_new) {
                statements.emplace_back().line = token->line;
            }
            statements.back().words.push_back(token->text);
        }
        is_new = token->kind != Token::Kind::Word;
    }
    return statements;
}

} // namespace

std::vector<Statement> blocks_of(std::string_view text) {
    Scanner scanner(text);
    return read_block(scanner, 0);
}

} // namespace sipsteer::foreign
