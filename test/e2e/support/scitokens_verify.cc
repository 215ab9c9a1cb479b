// Debian's libscitokens as a storage element uses it. argv: the issuer, the audience, and the operation and
// path that are asked for ("read /data"). A token a line on stdin; for each "yes SUBJECT" or "no REASON".
//
// The library takes the system's certificate authorities and offers no other; the authority of a test comes
// in with each handle that it asks libcurl for.
#include <curl/curl.h>
#include <dlfcn.h>
#include <scitokens/scitokens.h>

#include <cstdlib>
#include <iostream>
#include <string>

extern "C" CURL* curl_easy_init() {
  static const auto real = reinterpret_cast<CURL* (*)()>(dlsym(RTLD_NEXT, "curl_easy_init"));
  CURL* handle = real();
  curl_easy_setopt(handle, CURLOPT_CAINFO, std::getenv("SCITOKENS_CA"));
  return handle;
}

int main(int count, char** words) {
  if (count != 5) return 2;
  const char* issuers[] = {words[1], nullptr};
  const char* audiences[] = {words[2], nullptr};
  for (std::string line; std::getline(std::cin, line);) {
    SciToken token = nullptr;
    Enforcer enforcer = nullptr;
    char* why = nullptr;
    char* subject = nullptr;
    const Acl wanted{words[3], words[4]};
    const bool good = scitoken_deserialize(line.c_str(), &token, issuers, &why) == 0 &&
                      (enforcer = enforcer_create(words[1], audiences, &why)) != nullptr &&
                      enforcer_test(enforcer, token, &wanted, &why) == 0 &&
                      scitoken_get_claim_string(token, "sub", &subject, &why) == 0;
    std::cout << (good ? "yes " : "no ")
              << (good             ? subject
                  : why != nullptr ? why
                                   : "no reason given")
              << std::endl;
    std::free(subject);
    std::free(why);
    if (enforcer != nullptr) enforcer_destroy(enforcer);
    if (token != nullptr) scitoken_destroy(token);
  }
}
