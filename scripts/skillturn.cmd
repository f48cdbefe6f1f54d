@echo off
rem Runs skillturn from this folder on Windows. Needs uv, or Python 3.11+; the first use builds its environment.
setlocal EnableExtensions
for %%I in ("%~dp0..") do set "ROOT=%%~fI"
set "PLACE=%LOCALAPPDATA%\skillturn"
if not defined LOCALAPPDATA set "PLACE=%TEMP%\skillturn"
for /f "skip=1 delims=" %%H in ('certutil -hashfile "%ROOT%\pyproject.toml" SHA256') do (
    set "KEY=%%H"
    goto :keyed
)
:keyed
set "KEY=run-%KEY: =%"
set "ENVIRONMENT=%PLACE%\%KEY%"
if exist "%ENVIRONMENT%\complete" goto :run

rem A folder of its own for each build, renamed when complete: a build that was ended half-way is never used.
set "BUILDING=%ENVIRONMENT%.%RANDOM%%RANDOM%"
echo skillturn: first use: setting up its environment in %PLACE% (a minute or so, once) 1>&2
if not exist "%PLACE%" mkdir "%PLACE%"
set "LIST=import sys,tomllib;p=tomllib.load(open(sys.argv[1],'rb'))['project'];o=p['optional-dependencies'];print('\n'.join(p['dependencies']+o['studio']+o['voice']))"
where uv >nul 2>nul
if %ERRORLEVEL%==0 (
    uv venv --quiet --relocatable --python ">=3.11" "%BUILDING%" 1>&2 || goto :failed
    "%BUILDING%\Scripts\python.exe" -c "%LIST%" "%ROOT%\pyproject.toml" > "%BUILDING%\requirements.txt" || goto :failed
    uv pip install --quiet --compile-bytecode --python "%BUILDING%\Scripts\python.exe" -r "%BUILDING%\requirements.txt" 1>&2 || goto :failed
) else (
    py -3 -m venv "%BUILDING%" 1>&2 || goto :failed
    "%BUILDING%\Scripts\python.exe" -c "%LIST%" "%ROOT%\pyproject.toml" > "%BUILDING%\requirements.txt" || goto :failed
    "%BUILDING%\Scripts\python.exe" -m pip install --quiet -r "%BUILDING%\requirements.txt" 1>&2 || goto :failed
)
echo complete> "%BUILDING%\complete"
move "%BUILDING%" "%ENVIRONMENT%" >nul 2>nul || rmdir /s /q "%BUILDING%"
if not exist "%ENVIRONMENT%\complete" goto :failed

:run
set "PYTHONSAFEPATH=1"
set "PYTHONPATH=%ROOT%"
set "PYTHONPYCACHEPREFIX=%ENVIRONMENT%\bytecode"
set "PYTHONHOME="
"%ENVIRONMENT%\Scripts\python.exe" -m skill %*
exit /b %ERRORLEVEL%

:failed
echo skillturn: could not set up its environment. It needs uv, or Python 3.11 or newer. 1>&2
if exist "%BUILDING%" rmdir /s /q "%BUILDING%"
exit /b 1
