// Texts that are made from the schema: the reference page and the commented example.
#include "app/config_names.h"
#include "app/config_reader.h"
#include "app/config_schema.h"
#include "app/config_values.h"
#include "base/text.h"

namespace lanyard::app {
namespace {

constexpr std::string_view kReferenceStart =
    R"(# Configuration

This page is made by `lanyardd config reference` from the table that also reads the file; do not edit it by hand.

Lanyard reads one YAML file, by default `/etc/lanyard/lanyard.yaml`. Another one is named by `--config` or by the variable
`LANYARD_CONFIG`. `lanyardd config check` reads it and reports everything that is wrong with it at once, each fault with
its line and what to do about it; `lanyardd config print --sources` shows every value in effect and where it came from;
`lanyardd config example` writes a file with every key and its default.

## A configuration to start from

```yaml
server:
  public_url: https://id.example.org
  trusted_proxies: [127.0.0.1]
  secret_key_file: /etc/lanyard/secret_key
auth:
  admin_email: director@example.org
providers:
  - id: institute
    label: Example Institute
    issuer: https://sso.example.org/realms/staff
    client_id: lanyard
    client_secret_file: /etc/lanyard/institute_secret
```

## How it is read

**The file is read strictly.** An unknown key, a key written twice, a value of another type, an anchor or alias: each of
them stops the start. A misspelt `allowed_users` that is passed over in silence would be a rule that nobody enforces.

| type | how it is written |
|---|---|
| text | Plain or in quotes. What other readers would take for a number, a boolean or nothing (`8080`, `yes`, `null`) must stand in quotes. |
| true or false | Exactly that, without quotes; not `yes`, `on` or `1`. |
| number | Plain decimal digits, without quotes, leading zeros or separators. |
| length of time | One whole number and one unit: `250ms`, `90s`, `15m`, `12h`, `30d`. |
| list of texts | `[one, two]`, or a line with a hyphen for each. |
| mapping of texts | `{name: value}`, or a line for each. |
| file name | An absolute path; a relative one is relative to the folder of the configuration file. |
| secret | A text, or better the name of a file, see below. |

**Where a value can come from.** The strongest wins: a flag of the command line, then the environment, then the file, then
the default. A list that is given by a stronger source replaces the weaker one as a whole.

- *Environment.* `LANYARD_<SECTION>__<KEY>` with two underscores, for example `LANYARD_SERVER__LISTEN=0.0.0.0:8080`. Lists are
  separated by commas. Entries of `providers`, `issuers`, `clients` and `gate.routes` are written in the file; of them only a secret
  can be set: `LANYARD_PROVIDERS__GLOBUS__CLIENT_SECRET_FILE` for the provider with the id `globus` (a hyphen in the id becomes an
  underscore). A variable that begins with `LANYARD_` and names nothing stops the start. `LANYARD_CONFIG`, `LANYARD_SERVER`
  and `LANYARD_TOKEN` have other uses and are left alone.
- *Flags.* `--listen` for `server.listen`, `--database-url` for `database.url`, and so on. Secrets are not taken from the command
  line, where everybody on the machine can read them; their files are (`--secret-key-file`).

File names in variables and flags are relative to the folder in which `lanyardd` was started.

**Secrets.** Each secret has a twin whose name ends in `_file` (in the environment `_FILE`): the name of a file that holds
the secret alone, on one line. A line end at its end does not count. Giving both is a fault. The file

- must be a regular file that is not accessible to everybody (`chmod o-rwx`),
- must be owned by root or by the user of `lanyardd`,
- may be read by its group only when root owns it, because then root chose the group; its group never writes it.

So these work: `0600` of the service's user; `0640 root:lanyard`; credentials of systemd (`LoadCredential=`); a Kubernetes
secret with `fsGroup` and `defaultMode: 0440`; a Compose secret with `mode: 0440`. The default mode `0444` of mounted secrets
is refused. The same holds for `tls_key` and `default_users_file`. A secret can stand in the configuration file itself only
when that file is not readable by everybody.

)";

constexpr std::string_view kExampleStart =
    R"(## Lanyard's configuration, with every key.
##
## Lines that begin with "##" explain. Lines that begin with a single "#" are settings with their default, and
## samples of a provider, an issuer, a client and a rule: remove the "#" to use them. Every key stands here; Lanyard does
## not start with one that it does not know.
##
## Check this file with:    lanyardd config check
## See what is in effect:   lanyardd config print --sources

)";

// Markdown without its marks, for comments. A star in code is a star.
std::string plain(std::string_view markdown) {
  std::string out;
  bool code = false;
  for (const char c : markdown) {
    if (c == '`') {
      code = !code;
    } else if (c != '*' || code) {
      out += c;
    }
  }
  return out;
}

void comment(std::string& out, std::string_view indent, std::string_view text) {
  constexpr std::size_t kWidth = 110;
  std::string line;
  for (const std::string_view word : split_words(text)) {
    if (!line.empty() && indent.size() + 3 + line.size() + 1 + word.size() > kWidth) {
      out += cat(indent, "## ", line, "\n");
      line.clear();
    }
    line += cat(line.empty() ? "" : " ", word);
  }
  if (!line.empty()) out += cat(indent, "## ", line, "\n");
}

std::string default_text(const Part& part, const Key& key) {
  return format_value(key.slot(part.fresh()));
}

std::string range_text(const Part& part, const Key& key) {
  if (key.most == 0) return {};
  if (std::holds_alternative<Duration*>(key.slot(part.fresh()))) {
    return cat("From ", format_duration(Duration(key.least)), " to ", format_duration(Duration(key.most)),
               ".");
  }
  return cat("From ", key.least, " to ", key.most, ".");
}

std::string choices_text(std::string_view choices) {
  std::vector<std::string> quoted;
  for (const std::string_view one : split_words(choices)) quoted.push_back(cat("`", one, "`"));
  return cat(quoted.size() == 1 ? "Only " : "One of ", join(quoted, ", "), ".");
}

std::string full_explanation(const Part& part, const Key& key) {
  std::string out(key.says);
  if (!key.choices.empty()) out += cat(" ", choices_text(key.choices));
  if (const std::string range = range_text(part, key); !range.empty()) out += cat(" ", range);
  if (!key.example.empty() && key.need == Need::optional && key.example != default_text(part, key)) {
    out += cat(" For example `", key.example, "`.");
  }
  return out;
}

void reference_part(std::string& out, const Part& part, const std::string& name, std::string_view marks) {
  out += cat(marks, " ", part.title, ": `", name, "`\n\n", part.says, "\n\n");
  if (!part.example.empty()) out += cat("```yaml\n", part.example, "```\n\n");
  out += "| key | type | default | meaning |\n|---|---|---|---|\n";
  for (const Key& key : part.keys) {
    const std::string normal =
        key.need == Need::required ? "*required*" : cat("`", default_text(part, key), "`");
    out += cat("| `", key.name, "`", is_secret(part, key) ? cat(", `", key.name, "_file`") : "", " | ",
               type_name(part, key), " | ", normal, " | ");
    for (const char c : full_explanation(part, key)) out += c == '|' ? "\\|" : std::string(1, c);
    out += " |\n";
  }
  out += "\n";
}

bool same_part(const Child& a, const Part& b) {
  return &a.part() == &b;
}

// For a comment: the explanation without Markdown, and that a secret is better kept in a file.
std::string comment_text(const Part& part, const Key& key) {
  std::string out = plain(full_explanation(part, key));
  if (is_secret(part, key))
    out += cat(" Better in a file of its own: ", key.name, "_file: /etc/lanyard/", key.name, ".");
  return out;
}

std::string example_value(const Part& part, const Key& key) {
  const bool by_example = (key.need == Need::required || key.sample) && !key.example.empty();
  return by_example ? std::string(key.example) : default_text(part, key);
}

// The keys of a section: those that must be written stand there, the others are commented out.
void example_section(std::string& out, const Part& part) {
  for (const Key& key : part.keys) {
    comment(out, "  ", comment_text(part, key));
    if (key.name == "secret_key") {
      out += "  secret_key_file: /etc/lanyard/secret_key\n";
    } else {
      out += cat("  ", key.need == Need::required ? "" : "#", key.name, ": ", example_value(part, key), "\n");
    }
  }
}

// A sample of an entry, commented out as a whole.
void example_entry(std::string& out, const Part& part, const std::string& indent, bool with_admission) {
  std::string lead = "- ";
  for (const Key& key : part.keys) {
    comment(out, "", cat(key.name, ": ", comment_text(part, key)));
    out += cat("#", indent, lead, key.name, ": ", example_value(part, key), "\n");
    lead = "  ";
  }
  for (const Child& child : part.children) {
    if (same_part(child, admission_part()) && !with_admission) {
      comment(out, "", "admission: Who of this issuer is let in, with the same keys as for a provider.");
      continue;
    }
    comment(out, "", cat(child.name, ": ", plain(child.part().says)));
    out += cat("#", indent, "  ", child.name, ":\n");
    for (const Key& key : child.part().keys) {
      comment(out, "", cat(key.name, ": ", comment_text(child.part(), key)));
      out += cat("#", indent, "    ", key.name, ": ", example_value(child.part(), key), "\n");
    }
  }
}

}  // namespace

std::string config_reference() {
  std::string out(kReferenceStart);
  for (const Child& child : config_parts().children) {
    reference_part(out, child.part(), std::string(child.name), "##");
    for (const Child& inner : child.part().children) {
      if (same_part(inner, admission_part()) && child.name != "providers") continue;
      const std::string owner = cat(child.name, child.is_list() ? "[]." : ".", inner.name);
      reference_part(out, inner.part(), owner, "###");
    }
  }
  while (out.ends_with("\n\n")) out.pop_back();
  return out;
}

std::string config_example() {
  std::string out(kExampleStart);
  for (const Child& child : config_parts().children) {
    const Part& part = child.part();
    out += cat("## ---- ", part.title, " ----\n");
    comment(out, "", plain(part.says));
    if (child.is_list()) {
      out += cat("#", child.name, ":\n");
      example_entry(out, part, "  ", child.name == "providers");
    } else {
      out += cat(child.name, ":\n");
      example_section(out, part);
    }
    for (const Child& inner : part.children) {
      if (!inner.is_list()) continue;
      comment(out, "", plain(inner.part().says));
      out += cat("#  ", inner.name, ":\n");
      example_entry(out, inner.part(), "    ", false);
    }
    out += "\n";
  }
  while (out.ends_with("\n\n")) out.pop_back();
  return out;
}

}  // namespace lanyard::app
