/* What Wine 8.0 leaves out of cfgmgr32 and pyserial looks for when it is imported. */
unsigned long __stdcall x_CM_MapCrToWin32Err(unsigned long result, unsigned long otherwise) {
    return result == 0 ? 0 : otherwise;
}
