/* SANITIZED: built with AddressSanitizer or ThreadSanitizer, which map terabytes of shadow memory
 * and make system calls of their own. */
#ifndef KERNELS_HOST_SANITIZED_H
#define KERNELS_HOST_SANITIZED_H

#if defined __SANITIZE_ADDRESS__ || defined __SANITIZE_THREAD__
#define SANITIZED 1
#elif defined __has_feature
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define SANITIZED 1
#endif
#endif
#ifndef SANITIZED
#define SANITIZED 0
#endif

#endif
