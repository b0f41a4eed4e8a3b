; The setup program for Windows, for one person, without an administrator. Compiled by make_installer.py:
;   makensis -DSRC=<bundle> -DOUT=<setup.exe> -DVERSION=1.2.0 -DVERSION4=1.2.0.0 -DLICENCE=<file> -DICON=<file>
;            [-DFAST] [-DX64] [-DSIGN=<command that signs the file named after it>]
; Silent: setup.exe /S [/DESKTOP] [/D=C:\folder]      (/D= last, without quotation marks)
; Exit codes: 0 done, 1 cancelled, 2 broke off and put back what was there, 3 the program is running,
;             4 a newer version is installed, 5 too little room, 6 the folder cannot be written
Unicode true
!ifdef X64
  Target amd64-unicode        ; also runs where only 64-bit programs can
!endif

!define APP "Reading Station"
!define EXE "reading-station.exe"
!define CONSOLE "reading-station-cli.exe"
!define RECORDING "ReadingStation.Recording"
!define STUDY "ReadingStation.Study"
!define CLASSES "Software\Classes"
!define OWN "Software\Reading Station"
!define WINDOWS "Software\Microsoft\Windows\CurrentVersion"
!define UNINSTALL "${WINDOWS}\Uninstall\${APP}"

Name "${APP} ${VERSION}"
OutFile "${OUT}"
RequestExecutionLevel user
InstallDir "$LOCALAPPDATA\Programs\${APP}"
InstallDirRegKey HKCU "${OWN}" "InstallDir"
BrandingText "${APP} ${VERSION}"
AllowSkipFiles off            ; a file that cannot be written ends the installation, silent or not
!ifdef FAST
  SetCompressor zlib
!else
  SetCompressor /SOLID lzma
  SetCompressorDictSize 64
!endif
ManifestDPIAware true
VIProductVersion "${VERSION4}"
VIAddVersionKey "ProductName" "${APP}"
VIAddVersionKey "CompanyName" "The Reading Station developers"
VIAddVersionKey "FileDescription" "${APP} setup"
VIAddVersionKey "FileVersion" "${VERSION}"
VIAddVersionKey "ProductVersion" "${VERSION}"
VIAddVersionKey "LegalCopyright" "The Reading Station developers, MIT licence"
!ifdef SIGN
  !uninstfinalize '${SIGN} "%1"' = 0
!endif

!include MUI2.nsh
!include FileFunc.nsh
!include LogicLib.nsh
!include WordFunc.nsh
!insertmacro GetParameters
!insertmacro GetOptions

!define MUI_ICON "${ICON}"
!define MUI_UNICON "${ICON}"
!define MUI_ABORTWARNING
!define MUI_CUSTOMFUNCTION_ABORT RestoreIfReplacing
!define MUI_FINISHPAGE_RUN "$INSTDIR\${EXE}"
!define MUI_FINISHPAGE_RUN_TEXT "Open ${APP}"
!define MUI_UNCONFIRMPAGE_TEXT_TOP "${APP} will be removed from this folder. Recordings, studies and settings stay where they are."
!insertmacro MUI_PAGE_WELCOME
!insertmacro MUI_PAGE_LICENSE "${LICENCE}"
!insertmacro MUI_PAGE_COMPONENTS
!insertmacro MUI_PAGE_DIRECTORY
!insertmacro MUI_PAGE_INSTFILES
!insertmacro MUI_PAGE_FINISH
!insertmacro MUI_UNPAGE_CONFIRM
!insertmacro MUI_UNPAGE_INSTFILES
!insertmacro MUI_LANGUAGE "English"

Var IsReplacing
Var IsFresh

!macro RefuseWhileRunning FILE
  ; Windows keeps the file of a running program from being opened for writing.
  ${If} ${FileExists} "$INSTDIR\${FILE}"
    ClearErrors
    FileOpen $0 "$INSTDIR\${FILE}" a
    ${If} ${Errors}
      SetErrorLevel 3
      MessageBox MB_OK|MB_ICONSTOP "${APP} is running, perhaps with a recording. End the recording, close ${APP}, then start this again." /SD IDOK
      Quit
    ${EndIf}
    FileClose $0
  ${EndIf}
!macroend

!macro PutBack FILE
  ${If} ${FileExists} "$INSTDIR\${FILE}.before"
    RMDir /r "$INSTDIR\${FILE}"
    Delete "$INSTDIR\${FILE}"
    Rename "$INSTDIR\${FILE}.before" "$INSTDIR\${FILE}"
  ${EndIf}
!macroend

!macro SetAside FILE
  ${If} ${FileExists} "$INSTDIR\${FILE}"
    Rename "$INSTDIR\${FILE}" "$INSTDIR\${FILE}.before"
  ${EndIf}
!macroend

!macro DropBefore FILE
  RMDir /r "$INSTDIR\${FILE}.before"
  Delete "$INSTDIR\${FILE}.before"
!macroend

Function .onInit
  !insertmacro RefuseWhileRunning "${EXE}"
  !insertmacro RefuseWhileRunning "${CONSOLE}"
  ; A newer version may have written settings that this one does not understand.
  ReadRegStr $0 HKCU "${UNINSTALL}" "DisplayVersion"
  ReadRegStr $1 HKCU "${UNINSTALL}" "InstallLocation"
  ${If} $0 != ""
  ${AndIf} ${FileExists} "$1\${EXE}"
    ${VersionCompare} "$0" "${VERSION}" $2
    ${If} $2 == 1
      SetErrorLevel 4
      MessageBox MB_OK|MB_ICONSTOP "${APP} $0 is installed, which is newer than ${VERSION}. Remove it first if you want the older one." /SD IDOK
      Quit
    ${EndIf}
  ${EndIf}
FunctionEnd

Function RefuseWithoutRoom
  ; Of the folder itself: another disk may be mounted there. A reserve of 50 MB for what the program writes.
  SectionGetSize 0 $0
  IntOp $0 $0 / 1024
  IntOp $0 $0 + 50
  System::Call 'kernel32::GetDiskFreeSpaceExW(w "$INSTDIR", *l .r2, *l, *l) i.r1'
  ${If} $1 != 0
    System::Int64Op $2 / 1048576
    Pop $2
    System::Int64Op $2 < $0
    Pop $3
    ${If} $3 == 1
      SetOutPath "$TEMP"
      RMDir "$INSTDIR"
      SetErrorLevel 5
      MessageBox MB_OK|MB_ICONSTOP "There are $2 MB free for $INSTDIR and $0 MB are needed. Make room or choose another disk. Nothing was changed." /SD IDOK
      Quit
    ${EndIf}
  ${EndIf}
FunctionEnd

Function RestoreBefore
  SetOutPath "$TEMP"          ; Windows keeps the folder a program is in from being removed
  ${If} $IsFresh == 1
    RMDir /r "$INSTDIR\_internal"
    RMDir /r "$INSTDIR\licences"
    Delete "$INSTDIR\${EXE}"
    Delete "$INSTDIR\${CONSOLE}"
  ${EndIf}
  !insertmacro PutBack "_internal"
  !insertmacro PutBack "licences"
  !insertmacro PutBack "${EXE}"
  !insertmacro PutBack "${CONSOLE}"
  RMDir "$INSTDIR"
FunctionEnd

Function RestoreIfReplacing
  ${If} $IsReplacing == 1
    Call RestoreBefore
  ${EndIf}
FunctionEnd

Function .onInstFailed
  Call RestoreIfReplacing
FunctionEnd

Section "${APP} (required)" program
  SectionIn RO
  ; Again: the folder may have been chosen since, and the program started meanwhile.
  !insertmacro RefuseWhileRunning "${EXE}"
  !insertmacro RefuseWhileRunning "${CONSOLE}"
  ClearErrors
  SetOutPath "$INSTDIR"
  FileOpen $0 "$INSTDIR\written.tmp" w
  ${If} ${Errors}
    SetErrorLevel 6
    MessageBox MB_OK|MB_ICONSTOP "The folder $INSTDIR cannot be written. Choose another folder. Nothing was changed." /SD IDOK
    Quit
  ${EndIf}
  FileClose $0
  Delete "$INSTDIR\written.tmp"
  Call RefuseWithoutRoom
  ; A version in another folder goes; one in this folder is kept until the new one is whole.
  ReadRegStr $1 HKCU "${UNINSTALL}" "InstallLocation"
  ${If} $1 != ""
  ${AndIf} $1 != "$INSTDIR"
  ${AndIf} ${FileExists} "$1\uninstall.exe"
    ExecWait '"$1\uninstall.exe" /S _?=$1' $2
    ${If} $2 == 3
      SetErrorLevel 3
      MessageBox MB_OK|MB_ICONSTOP "${APP} is running from $1. Close it, then start this again." /SD IDOK
      Quit
    ${EndIf}
    Delete "$1\uninstall.exe"
    RMDir "$1"
  ${EndIf}
  StrCpy $IsFresh 1
  ${IfNot} ${FileExists} "$INSTDIR\${EXE}"
    ; Where an upgrade was killed, the version before it lies aside.
    !insertmacro PutBack "_internal"
    !insertmacro PutBack "licences"
    !insertmacro PutBack "${CONSOLE}"
    !insertmacro PutBack "${EXE}"
  ${EndIf}
  ${If} ${FileExists} "$INSTDIR\${EXE}"
    StrCpy $IsFresh 0
    !insertmacro DropBefore "_internal"
    !insertmacro DropBefore "licences"
    !insertmacro DropBefore "${EXE}"
    !insertmacro DropBefore "${CONSOLE}"
  ${EndIf}
  StrCpy $IsReplacing 1
  ClearErrors
  !insertmacro SetAside "_internal"
  !insertmacro SetAside "licences"
  !insertmacro SetAside "${CONSOLE}"
  !insertmacro SetAside "${EXE}"
  ${If} ${Errors}
    Call RestoreBefore
    SetErrorLevel 3
    MessageBox MB_OK|MB_ICONSTOP "Files of ${APP} in $INSTDIR are in use. Close ${APP} and windows that show this folder, then start this again. Nothing was changed." /SD IDOK
    Quit
  ${EndIf}
  File /r "${SRC}/*"
  StrCpy $IsReplacing 0
  !insertmacro DropBefore "_internal"
  !insertmacro DropBefore "licences"
  !insertmacro DropBefore "${EXE}"
  !insertmacro DropBefore "${CONSOLE}"

  WriteUninstaller "$INSTDIR\uninstall.exe"
  CreateDirectory "$SMPROGRAMS\${APP}"
  CreateShortcut "$SMPROGRAMS\${APP}\${APP}.lnk" "$INSTDIR\${EXE}"
  CreateShortcut "$SMPROGRAMS\${APP}\Remove ${APP}.lnk" "$INSTDIR\uninstall.exe"
  WriteRegStr HKCU "${OWN}" "InstallDir" "$INSTDIR"
  WriteRegStr HKCU "${OWN}" "Version" "${VERSION}"
  WriteRegStr HKCU "${WINDOWS}\App Paths\${EXE}" "" "$INSTDIR\${EXE}"

  ; Our own endings only: other programs' .h5 files are theirs.
  WriteRegStr HKCU "${CLASSES}\.gazeh5" "" "${RECORDING}"
  WriteRegStr HKCU "${CLASSES}\.gazeh5\OpenWithProgids" "${RECORDING}" ""
  WriteRegStr HKCU "${CLASSES}\${RECORDING}" "" "${APP} recording"
  WriteRegStr HKCU "${CLASSES}\${RECORDING}\DefaultIcon" "" "$INSTDIR\${EXE},0"
  WriteRegStr HKCU "${CLASSES}\${RECORDING}\shell\open\command" "" '"$INSTDIR\${EXE}" replay "%1"'
  WriteRegStr HKCU "${CLASSES}\.gazestudy" "" "${STUDY}"
  WriteRegStr HKCU "${CLASSES}\.gazestudy\OpenWithProgids" "${STUDY}" ""
  WriteRegStr HKCU "${CLASSES}\${STUDY}" "" "${APP} study"
  WriteRegStr HKCU "${CLASSES}\${STUDY}\DefaultIcon" "" "$INSTDIR\${EXE},0"
  WriteRegStr HKCU "${CLASSES}\${STUDY}\shell\open\command" "" '"$INSTDIR\${EXE}" capture "%1"'
  System::Call 'shell32::SHChangeNotify(i 0x08000000, i 0, p 0, p 0)'

  WriteRegStr HKCU "${UNINSTALL}" "DisplayName" "${APP}"
  WriteRegStr HKCU "${UNINSTALL}" "DisplayVersion" "${VERSION}"
  WriteRegStr HKCU "${UNINSTALL}" "Publisher" "The Reading Station developers"
  WriteRegStr HKCU "${UNINSTALL}" "InstallLocation" "$INSTDIR"
  WriteRegStr HKCU "${UNINSTALL}" "DisplayIcon" "$INSTDIR\${EXE},0"
  WriteRegStr HKCU "${UNINSTALL}" "UninstallString" '"$INSTDIR\uninstall.exe"'
  WriteRegStr HKCU "${UNINSTALL}" "QuietUninstallString" '"$INSTDIR\uninstall.exe" /S'
  WriteRegDWORD HKCU "${UNINSTALL}" "NoModify" 1
  WriteRegDWORD HKCU "${UNINSTALL}" "NoRepair" 1
  SectionGetSize 0 $0
  WriteRegDWORD HKCU "${UNINSTALL}" "EstimatedSize" "$0"

  ; Silent installations have no page to tick the shortcut on.
  ${GetParameters} $0
  ClearErrors
  ${GetOptions} $0 "/DESKTOP" $1
  ${IfNot} ${Errors}
    CreateShortcut "$DESKTOP\${APP}.lnk" "$INSTDIR\${EXE}"
  ${EndIf}
SectionEnd

Section /o "Shortcut on the desktop" desktop
  CreateShortcut "$DESKTOP\${APP}.lnk" "$INSTDIR\${EXE}"
SectionEnd

!insertmacro MUI_FUNCTION_DESCRIPTION_BEGIN
  !insertmacro MUI_DESCRIPTION_TEXT ${program} "The program, its entry in the Start menu, and its files opened by double click."
  !insertmacro MUI_DESCRIPTION_TEXT ${desktop} "A shortcut to the program on the desktop."
!insertmacro MUI_FUNCTION_DESCRIPTION_END

Function un.onInit
  !insertmacro RefuseWhileRunning "${EXE}"
  !insertmacro RefuseWhileRunning "${CONSOLE}"
FunctionEnd

!macro ForgetEnding ENDING CLASS
  ReadRegStr $0 HKCU "${CLASSES}\${ENDING}" ""
  ${If} $0 == "${CLASS}"
    DeleteRegValue HKCU "${CLASSES}\${ENDING}" ""
  ${EndIf}
  DeleteRegValue HKCU "${CLASSES}\${ENDING}\OpenWithProgids" "${CLASS}"
  DeleteRegKey /ifempty HKCU "${CLASSES}\${ENDING}\OpenWithProgids"
  DeleteRegKey /ifempty HKCU "${CLASSES}\${ENDING}"
  DeleteRegKey HKCU "${CLASSES}\${CLASS}"
!macroend

Section "Uninstall"
  ; Only what was installed. Never the whole folder: a person may have put something of theirs into it.
  RMDir /r "$INSTDIR\_internal"
  RMDir /r "$INSTDIR\licences"
  Delete "$INSTDIR\${EXE}"
  Delete "$INSTDIR\${CONSOLE}"
  Delete "$DESKTOP\${APP}.lnk"
  Delete "$SMPROGRAMS\${APP}\*.lnk"
  RMDir "$SMPROGRAMS\${APP}"
  !insertmacro ForgetEnding ".gazeh5" "${RECORDING}"
  !insertmacro ForgetEnding ".gazestudy" "${STUDY}"
  System::Call 'shell32::SHChangeNotify(i 0x08000000, i 0, p 0, p 0)'
  DeleteRegKey HKCU "${WINDOWS}\App Paths\${EXE}"
  DeleteRegKey HKCU "${UNINSTALL}"
  DeleteRegKey HKCU "${OWN}"
  Delete "$INSTDIR\uninstall.exe"
  RMDir "$INSTDIR"
SectionEnd
