/* Stands for the installed program: makes the file that is named last, as a recording does, and stays for a while. */
#include <windows.h>

int wmain(int count, wchar_t **arguments) {
    HANDLE file = CreateFileW(arguments[count - 1], GENERIC_WRITE, 0, 0, CREATE_ALWAYS, 0, 0);
    if (file == INVALID_HANDLE_VALUE) return 1;
    CloseHandle(file);
    Sleep(120000);
    return 0;
}
