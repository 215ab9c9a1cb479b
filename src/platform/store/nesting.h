// A transaction inside a transaction of the same database on the same thread would wait for itself, or see a
// state that the outer one has already left. It is a bug, found here before it becomes a rare dead end in
// production.
#pragma once

namespace lanyard::store {

// Ends the process with a clear text when this thread is inside a transaction of `database`.
void refuse_nesting(const void* database);

// While it lives, this thread is inside a transaction of `database`.
class InsideTransaction {
 public:
  explicit InsideTransaction(const void* database);
  ~InsideTransaction();
  InsideTransaction(const InsideTransaction&) = delete;
  InsideTransaction& operator=(const InsideTransaction&) = delete;

 private:
  friend void refuse_nesting(const void* database);
  const void* database_;
  const InsideTransaction* outer_;
};

}  // namespace lanyard::store
