@echo off
rem Starts Hone on Windows: finds an installed JDK, builds what changed, sets the JVM's flags.
rem The same commands and variables as the shell script hone; see there for the reasons.
setlocal EnableExtensions DisableDelayedExpansion
set "HONE_HOME=%~dp0"
if "%HONE_HOME:~-1%"=="\" set "HONE_HOME=%HONE_HOME:~0,-1%"
set "STATE=%HONE_HOME%\target\launcher"
set "JDK="

if defined HONE_JAVA_HOME (
  call :try "%HONE_JAVA_HOME%"
  if not defined JDK (
    echo hone: HONE_JAVA_HOME is "%HONE_JAVA_HOME%", which is no JDK 25.0.3 or later; correct or unset it 1>&2
    exit /b 2
  )
)
if not defined JDK if defined JAVA_HOME call :try "%JAVA_HOME%"
if not defined JDK for /f "delims=" %%J in ('where java 2^>nul') do if not defined JDK call :try "%%~dpJ.."
if not defined JDK for %%F in (
  "%ProgramFiles%\Eclipse Adoptium" "%ProgramFiles%\Java" "%ProgramFiles%\Microsoft"
  "%ProgramFiles%\Zulu" "%ProgramFiles%\Amazon Corretto" "%ProgramFiles%\BellSoft"
  "%LOCALAPPDATA%\Programs\Eclipse Adoptium" "%USERPROFILE%\.jdks" "%USERPROFILE%\scoop\apps"
) do if exist "%%~F\" for /d %%D in ("%%~F\*") do if not defined JDK call :try "%%~D"
if not defined JDK (
  echo hone: no JDK 25.0.3 or later found in HONE_JAVA_HOME, JAVA_HOME, PATH, Program Files or .jdks; install one from adoptium.net or set HONE_JAVA_HOME to its folder 1>&2
  exit /b 2
)

if "%~1"=="jdk" (
  echo %JDK%
  exit /b 0
)

set "MAVEN="
for /f "delims=" %%M in ('where mvn.cmd 2^>nul') do if not defined MAVEN set "MAVEN=%%M"
if not defined MAVEN if exist "%MAVEN_HOME%\bin\mvn.cmd" set "MAVEN=%MAVEN_HOME%\bin\mvn.cmd"
if not defined MAVEN (
  echo hone: no Maven found: no mvn.cmd on PATH or in MAVEN_HOME; install Maven 3.8 or later from maven.apache.org and put its bin folder on PATH 1>&2
  exit /b 2
)
set "JAVA_HOME=%JDK%"
set "MAVEN_OPTS=--sun-misc-unsafe-memory-access=allow --enable-native-access=ALL-UNNAMED %MAVEN_OPTS%"

if "%~1"=="verify" goto verify
call :build
if errorlevel 1 exit /b 2
if "%~1"=="shell" if not "%~2"=="--help" if not "%~2"=="-h" goto shell
set "CLASSES=%STATE%\lib\*"
if "%~1"=="bench" call :peer %*
if errorlevel 1 exit /b 2
if defined HONE_CLASS_PATH set "CLASSES=%CLASSES%;%HONE_CLASS_PATH%"
"%JDK%\bin\java" --add-modules=jdk.incubator.vector --enable-native-access=ALL-UNNAMED -XX:+UseSerialGC -Xmn64m -XX:ObjectAlignmentInBytes=64 -XX:MaxRAMPercentage=70 "-Dhone.home=%HONE_HOME%" "-Dhone.maven=%MAVEN%" %HONE_JAVA_OPTS% -cp "%CLASSES%" dev.hone.bench.cli.Hone %*
exit /b %ERRORLEVEL%

rem Builds the peer libtorch if the arguments ask for it. cmd splits --peer=libtorch at the = itself.
:peer
if "%~1"=="" exit /b 0
if not "%~1"=="--peer" (
  shift
  goto peer
)
if not "%~2"=="libtorch" exit /b 0
if not "%PROCESSOR_ARCHITECTURE%"=="AMD64" (
  echo hone: --peer libtorch: there is no libtorch from a JVM for Windows on %PROCESSOR_ARCHITECTURE%, only for x86_64 1>&2
  exit /b 1
)
set "CLASSES=%CLASSES%;%STATE%\peers\*"
set "OMP_WAIT_POLICY=PASSIVE"
set "HONE_JAVA_OPTS=--sun-misc-unsafe-memory-access=allow "-Dorg.bytedeco.javacpp.cachedir=%STATE%\javacpp" %HONE_JAVA_OPTS%"
rem The build of Hone removes the peers that were built with the one before.
if exist "%STATE%\peers\" exit /b 0
echo hone: building the peer libtorch, which is some 100 MB to download the first time ... 1>&2
pushd "%HONE_HOME%"
call "%MAVEN%" -q -B -Dstyle.color=never -Ppeers -pl bench/peers -am test-compile jar:jar dependency:copy-dependencies -Dmaven.test.skip -Denforcer.skip -Djacoco.skip -Djavacpp.platform=windows-x86_64 -DincludeGroupIds=org.bytedeco "-DoutputDirectory=%STATE%\peers.new" <nul >"%STATE%\build.log" 2>&1
if errorlevel 1 (
  popd
  type "%STATE%\build.log" 1>&2
  echo hone: the build of the peer failed, see above; to download it Maven needs the network 1>&2
  exit /b 1
)
copy /y "bench\peers\target\hone-peers-*.jar" "%STATE%\peers.new" >nul
popd
move "%STATE%\peers.new" "%STATE%\peers" >nul
exit /b 0

rem Arguments after the command, since shift leaves %* as it was.
:verify
call :rest %*
pushd "%HONE_HOME%"
call "%MAVEN%" -B verify %REST%
set "RESULT=%ERRORLEVEL%"
popd
exit /b %RESULT%

:shell
call :rest %*
for /f "usebackq tokens=1,* delims=>" %%A in ("%HONE_HOME%\bench\src\main\jshell\hone.jsh") do if "%%A"=="//" echo.%%B
rem JShell's own JVM does not expand lib\*.
set "JARS="
for %%J in ("%STATE%\lib\*.jar") do call set "JARS=%%JARS%%;%%~fJ"
"%JDK%\bin\jshell" --class-path "%JARS:~1%" --startup DEFAULT --startup "%HONE_HOME%\bench\src\main\jshell\hone.jsh" -R--add-modules=jdk.incubator.vector -R--enable-native-access=ALL-UNNAMED -R-XX:+UseSerialGC -R-XX:ObjectAlignmentInBytes=64 %REST%
exit /b %ERRORLEVEL%

:rest
set "REST="
:rest_next
shift
if "%~1"=="" exit /b 0
set REST=%REST% %1
goto rest_next

rem Sets JDK if %1 is a folder with a JDK 25.0.3 or later.
:try
if not exist "%~1\bin\javac.exe" exit /b 0
if not exist "%~1\release" exit /b 0
set "VERSION="
for /f "usebackq tokens=2 delims==" %%V in (`findstr /b "JAVA_VERSION=" "%~1\release"`) do set "VERSION=%%~V"
if not defined VERSION exit /b 0
rem No early access: it says nothing of the fixes it has.
if not "%VERSION%"=="%VERSION:-ea=%" exit /b 0
set "MAJOR=0"
set "MINOR=0"
set "PATCH=0"
for /f "tokens=1-3 delims=.-+" %%A in ("%VERSION%") do (
  set "MAJOR=%%A"
  if not "%%B"=="" set "MINOR=%%B"
  if not "%%C"=="" set "PATCH=%%C"
)
if %MAJOR% LSS 25 exit /b 0
if %MAJOR% EQU 25 if %MINOR% EQU 0 if %PATCH% LSS 3 exit /b 0
for %%P in ("%~1") do set "JDK=%%~fP"
exit /b 0

rem Builds if a source is newer than the last build, or if the number of sources changed.
:build
powershell -NoProfile -Command "$s = Get-ChildItem -Path $env:HONE_HOME -Directory | Where-Object { Test-Path (Join-Path $_.FullName 'pom.xml') } | ForEach-Object { Get-Item (Join-Path $_.FullName 'pom.xml'); Get-ChildItem -Recurse -File (Join-Path $_.FullName 'src\main') }; $s = @($s) + (Get-Item (Join-Path $env:HONE_HOME 'pom.xml')); $f = Join-Path $env:STATE 'stamp'; if (-not (Test-Path $f)) { exit 1 }; $t = (Get-Item $f).LastWriteTimeUtc; if ([int](Get-Content $f) -ne $s.Count) { exit 1 }; if ($s | Where-Object { $_.LastWriteTimeUtc -gt $t }) { exit 1 }; exit 0"
if not errorlevel 1 exit /b 0
mkdir "%STATE%" 2>nul
if not exist "%STATE%\" (
  echo hone: cannot write to "%STATE%", where the build goes; make that folder writable 1>&2
  exit /b 1
)
mkdir "%STATE%\lock" 2>nul
if errorlevel 1 (
  echo hone: another build is running; if none is, delete "%STATE%\lock" 1>&2
  exit /b 1
)
echo hone: building Hone ... 1>&2
rem The stamp is made first, so a source saved during the build is newer than it.
powershell -NoProfile -Command "$s = Get-ChildItem -Path $env:HONE_HOME -Directory | Where-Object { Test-Path (Join-Path $_.FullName 'pom.xml') } | ForEach-Object { Get-Item (Join-Path $_.FullName 'pom.xml'); Get-ChildItem -Recurse -File (Join-Path $_.FullName 'src\main') }; Set-Content -Path (Join-Path $env:STATE 'stamp.new') -Value (@($s).Count + 1)"
if exist "%STATE%\lib" rmdir /s /q "%STATE%\lib"
if exist "%STATE%\peers" rmdir /s /q "%STATE%\peers"
if exist "%STATE%\peers.new" rmdir /s /q "%STATE%\peers.new"
del /q "%HONE_HOME%\bench\target\hone-bench-*.jar" 2>nul
pushd "%HONE_HOME%"
call "%MAVEN%" -q -B -Dstyle.color=never test-compile jar:jar dependency:copy-dependencies -Dmaven.test.skip -Denforcer.skip -Djacoco.skip -DincludeScope=runtime "-DoutputDirectory=%STATE%\lib" <nul >"%STATE%\build.log" 2>&1
if errorlevel 1 (
  popd
  rmdir "%STATE%\lock"
  type "%STATE%\build.log" 1>&2
  echo hone: the build failed, see above; to download libraries Maven needs the network 1>&2
  exit /b 1
)
copy /y "bench\target\hone-bench-*.jar" "%STATE%\lib" >nul
popd
move /y "%STATE%\stamp.new" "%STATE%\stamp" >nul
rmdir "%STATE%\lock"
exit /b 0
