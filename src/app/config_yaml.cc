#include "app/config_yaml.h"

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/yaml.h>

#include <sstream>

#include "base/text.h"

namespace lanyard::app {
namespace {

constexpr std::size_t kMostBytes = 1 << 20;
constexpr std::size_t kMostDepth = 32;

struct TooDeep {};

// Builds the tree from the parser's events and not from its own nodes, because those forget duplicates, and
// expand aliases without limit.
class Builder final : public YAML::EventHandler {
 public:
  explicit Builder(YamlOutcome& out) : out_(out) {}

  void OnDocumentStart(const YAML::Mark& mark) override {
    if (++documents_ == 2) {
      fault(mark, "begins a second document",
            "Keep one document in the file: remove this \"---\" and what follows.");
    }
  }
  void OnDocumentEnd() override {}
  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    refuse_anchor(mark, anchor);
    put(node(YamlNode::Kind::empty, mark));
  }
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t) override {
    fault(mark, "is an alias (\"*name\"), which is not read", "Write the value out.");
    put(node(YamlNode::Kind::empty, mark));
  }
  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& value) override {
    refuse_anchor(mark, anchor);
    refuse_tag(mark, tag);
    YamlNode scalar = node(tag == "?" || tag.empty() ? YamlNode::Kind::plain : YamlNode::Kind::quoted, mark);
    scalar.text = value;
    put(std::move(scalar));
  }
  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value) override {
    open(YamlNode::Kind::list, mark, tag, anchor);
  }
  void OnSequenceEnd() override { close(); }
  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value) override {
    open(YamlNode::Kind::map, mark, tag, anchor);
  }
  void OnMapEnd() override { close(); }

 private:
  struct Open {
    YamlNode node;
    YamlNode key;
    bool has_key = false;
  };

  void fault(const YAML::Mark& mark, std::string what, std::string remedy) {
    out_.faults.push_back({mark.line + 1, mark.column + 1, std::move(what), std::move(remedy)});
  }
  void refuse_anchor(const YAML::Mark& mark, YAML::anchor_t anchor) {
    if (anchor != 0) fault(mark, "has an anchor (\"&name\"), which is not read", "Remove the anchor.");
  }
  void refuse_tag(const YAML::Mark& mark, const std::string& tag) {
    if (tag.empty() || tag == "?" || tag == "!") return;
    fault(mark, "has a tag (\"!…\"), which is not read", "Remove the tag; put a text in quotes.");
  }
  static YamlNode node(YamlNode::Kind kind, const YAML::Mark& mark) {
    YamlNode made;
    made.kind = kind;
    made.line = mark.line + 1;
    made.column = mark.column + 1;
    return made;
  }
  void open(YamlNode::Kind kind, const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor) {
    refuse_anchor(mark, anchor);
    refuse_tag(mark, tag);
    if (stack_.size() >= kMostDepth) throw TooDeep{};
    stack_.push_back({node(kind, mark), {}, false});
  }
  void close() {
    YamlNode done = std::move(stack_.back().node);
    stack_.pop_back();
    put(std::move(done));
  }
  void put(YamlNode value) {
    if (stack_.empty()) {
      if (documents_ == 1) out_.root = std::move(value);
      return;
    }
    Open& top = stack_.back();
    if (top.node.kind == YamlNode::Kind::list) {
      top.node.items.push_back(std::move(value));
    } else if (!top.has_key) {
      top.key = std::move(value);
      top.has_key = true;
    } else {
      top.node.members.emplace_back(std::move(top.key), std::move(value));
      top.has_key = false;
    }
  }

  YamlOutcome& out_;
  std::vector<Open> stack_;
  int documents_ = 0;
};

}  // namespace

YamlOutcome parse_yaml(std::string_view text) {
  YamlOutcome out;
  if (text.size() > kMostBytes) {
    out.faults.push_back({1, 1, "is larger than 1 MiB", "Is this the right file?"});
    return out;
  }
  if (!is_utf8(text) || text.find('\0') != std::string_view::npos) {
    int line = 1;
    std::size_t from = 0;
    for (std::size_t end = text.find('\n'); end != std::string_view::npos;
         end = text.find('\n', from), ++line) {
      const std::string_view one = text.substr(from, end - from);
      if (!is_utf8(one) || one.find('\0') != std::string_view::npos) break;
      from = end + 1;
    }
    out.faults.push_back({line, 1, "is not UTF-8 text", "Save the file as UTF-8."});
    return out;
  }
  try {
    std::istringstream stream{std::string(text)};
    YAML::Parser parser(stream);
    Builder builder(out);
    while (parser.HandleNextDocument(builder)) {
      if (!out.faults.empty()) break;
    }
  } catch (const YAML::Exception& e) {
    const bool placed = e.mark.line >= 0;
    out.faults.push_back({placed ? e.mark.line + 1 : 1, placed ? e.mark.column + 1 : 1,
                          cat("is not YAML: ", legible(e.msg, '?')),
                          "Indent with spaces, put a space behind each colon, and quote texts with special "
                          "characters or a colon at the end."});
  } catch (const TooDeep&) {
    out.faults.push_back({1, 1, "is nested deeper than 32 levels", "Is this the right file?"});
  }
  return out;
}

}  // namespace lanyard::app
