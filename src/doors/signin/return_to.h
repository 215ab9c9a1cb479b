// Where somebody goes after signing in: back to an application, or to a page of ours. An address never stands
// in it, only the name of a configured application with a path, or a path from a fixed table (attack rows 55,
// 140).
#pragma once

#include <string>

#include "base/result.h"
#include "base/url.h"
#include "domain/clients/clients.h"

namespace lanyard::doors::signin {

struct ReturnTo {
  std::string client;  // "" : a page of ours
  std::string path;    // on the application, or ours; "" : nothing was asked for
  // Instead of both: the name of what a client asked for at the authorization endpoint or a device page.
  std::string request;
};

// From the fields "client" and "to", or "request", of a query or a form. Code::invalid: a field twice, an
// application that is not configured, a path that is none, or a request of another form than ours. A path of
// ours that is not in the table becomes "/".
Result<ReturnTo> read_return(const Form& form, const clients::Clients& clients);

// "client" and "to", or "request", as far as they are set; what read_return() reads.
Form to_fields(const ReturnTo& back);
std::string with_return(std::string_view path, const ReturnTo& back);  // "/pending?client=wiki&to=%2Fpage"

// For somebody who may go on.
std::string destination(const ReturnTo& back);

}  // namespace lanyard::doors::signin
