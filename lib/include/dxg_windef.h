/* SPDX-License-Identifier: MIT */
/*
 * The types that interfaces named by Windows are declared with. Whoever declares them
 * again must do so alike. LONG and its kin are 32 bits wide, whatever
 * long is; a HANDLE is a pointer, which holds a file descriptor here.
 */
#ifndef DXG_WINDEF_H
#define DXG_WINDEF_H

#include <stddef.h>
#include <stdint.h>

typedef int32_t BOOL;
typedef int32_t INT;
typedef int32_t LONG;
typedef int32_t HRESULT;
typedef int32_t NTSTATUS;
typedef int64_t LONGLONG;
typedef uint8_t BYTE;
typedef uint8_t BOOLEAN;
typedef uint16_t USHORT;
typedef uint16_t WORD;
typedef uint16_t WCHAR;
typedef uint32_t UINT;
typedef uint32_t ULONG;
typedef uint32_t DWORD;
typedef uint64_t UINT64;
typedef uint64_t ULONGLONG;
typedef uint64_t ULONG64;
typedef uintptr_t ULONG_PTR;
typedef size_t SIZE_T;
typedef char CHAR;
typedef void VOID;
typedef void *HANDLE;
typedef void *PVOID;

#ifndef APIENTRY
#define APIENTRY
#endif

#ifndef FALSE
#define FALSE 0
#define TRUE 1
#endif

#endif /* DXG_WINDEF_H */
