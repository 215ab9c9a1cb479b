// YAML as Lanyard reads it: mappings, lists and scalars with their place and whether they were quoted. What
// lets two readers understand one text differently is refused: anchors, aliases, tags, merge keys, several
// documents.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace lanyard::app {

struct YamlNode {
  // Written below, where a pair of nodes is known.
  YamlNode();
  YamlNode(const YamlNode& other);
  YamlNode(YamlNode&& other) noexcept;
  YamlNode& operator=(const YamlNode& other);
  YamlNode& operator=(YamlNode&& other) noexcept;
  ~YamlNode();

  enum class Kind { empty, plain, quoted, list, map };
  Kind kind = Kind::empty;
  std::string text;  // of a scalar
  int line = 1, column = 1;
  std::vector<YamlNode> items;
  std::vector<std::pair<YamlNode, YamlNode>> members;  // in order, also those with one name
};

inline YamlNode::YamlNode() = default;
inline YamlNode::YamlNode(const YamlNode& other) = default;
inline YamlNode::YamlNode(YamlNode&& other) noexcept = default;
inline YamlNode& YamlNode::operator=(const YamlNode& other) = default;
inline YamlNode& YamlNode::operator=(YamlNode&& other) noexcept = default;
inline YamlNode::~YamlNode() = default;

struct YamlFault {
  int line = 1, column = 1;
  std::string what, remedy;
};

struct YamlOutcome {
  YamlNode root;
  std::vector<YamlFault> faults;  // root is not to be used when there are any
};

// At most 1 MiB and 32 levels.
YamlOutcome parse_yaml(std::string_view text);

}  // namespace lanyard::app
