<#
.SYNOPSIS
Builds the site here, sends it to the server, and deploys it there so that no visitor sees a bad one.

.DESCRIPTION
Needs what Windows 10 and 11 have: PowerShell 5.1 or 7, and the built-in ssh, scp and tar; npm where the pages are built.
The archive is sent as a file. On the server `sudo deploy_safe.sh` examines it, makes it live, and takes it back if the site
is not well with it. Its progress is shown, and its exit code is this script's:
0 deployed, 2 the archive or the command is wrong, 4 kept from its work, 5 refused, 6 taken back, 7 a person is needed,
255 no connection, or it broke. After 2 to 6 the site is as it was. A deploy that has begun goes on when the connection breaks:
how it ended says `ssh tp sudo lectio releases`.

.PARAMETER Type
What is deployed: frontend (the pages), backend (the Django code) or full (both, or neither).

.PARAMETER SkipBuild
Deploys the pages as they were built last.

.PARAMETER Server
The server as ssh knows it: a Host of ~/.ssh/config, or user@host. That user is in the server's group lectio-deploy.

.PARAMETER Frontend
The folder with package.json. Otherwise: frontend beside the folder of this script.

.PARAMETER Build
The folder with the built pages. Otherwise: build or dist in the folder with package.json.

.PARAMETER Backend
The folder with manage.py. Otherwise: teaching_panel or backend beside the folder of this script.

.PARAMETER DryRun
The server only examines what is sent; nothing that is served is touched.

.PARAMETER Force
Also where the site is not well, or the release was taken back once.

.EXAMPLE
.\scripts\deploy_safe.ps1 -Type frontend

.EXAMPLE
.\scripts\deploy_safe.ps1 -Type full -SkipBuild -Server deploy@school.example

.EXAMPLE
powershell -ExecutionPolicy Bypass -File scripts\deploy_safe.ps1 -Type backend -DryRun
#>
[CmdletBinding()]
param(
    [Parameter(Mandatory = $true)]
    [ValidateSet('frontend', 'backend', 'full')]
    [string] $Type,
    [switch] $SkipBuild,
    [ValidatePattern('^[A-Za-z0-9_][A-Za-z0-9_.@-]+$')]
    [string] $Server = 'tp',
    [string] $Frontend = '',
    [string] $Build = '',
    [string] $Backend = '',
    [switch] $DryRun,
    [switch] $Force
)

Set-StrictMode -Version 2.0
$ErrorActionPreference = 'Stop'
$wrong = 2
$cannot = 4

# Says why not, and ends the script with this exit code when its clean-up is done.
function Stop-Deploy([int] $Code, [string] $Why) {
    $script:exitCode = $Code
    throw $Why
}

# Runs a program with this console; its exit code is in $LASTEXITCODE. Not through a pipe, which would recode what goes through it.
function Invoke-Program([string] $Program, [string[]] $Arguments) {
    $ErrorActionPreference = 'Continue' # a line on stderr is no error
    $PSNativeCommandUseErrorActionPreference = $false
    $global:LASTEXITCODE = $cannot # if it does not start
    & $Program $Arguments
}

function Find-Program([string] $Path) {
    # a 32-bit PowerShell sees another System32
    $system = 'System32'
    if ([Environment]::Is64BitOperatingSystem -and -not [Environment]::Is64BitProcess) { $system = 'Sysnative' }
    $program = Join-Path (Join-Path $env:SystemRoot $system) $Path
    if (-not (Test-Path -LiteralPath $program)) {
        Stop-Deploy $cannot "$program is missing: Settings, Apps, Optional features, OpenSSH Client; tar comes with Windows 10 1803"
    }
    return $program
}

# The first of these folders that has this file.
function Find-Folder([string[]] $Folders, [string] $File, [string] $Option) {
    foreach ($folder in $Folders) {
        if (Test-Path -LiteralPath (Join-Path $folder $File) -PathType Leaf) {
            return (Resolve-Path -LiteralPath $folder).ProviderPath
        }
    }
    Stop-Deploy $wrong ("No $File in " + ($Folders -join ' or ') + ": name the folder by $Option")
}

function Invoke-Build([string] $Folder) {
    $npm = Get-Command -Name npm.cmd -CommandType Application -ErrorAction SilentlyContinue | Select-Object -First 1
    if (-not $npm) { Stop-Deploy $cannot 'npm.cmd is not in the PATH: install Node.js, or build elsewhere and add -SkipBuild' }
    $install = 'install'
    if (Test-Path -LiteralPath (Join-Path $Folder 'package-lock.json')) { $install = 'ci' }
    Push-Location -LiteralPath $Folder
    try {
        Invoke-Program $npm.Path @($install)
        if ($LASTEXITCODE -eq 0) { Invoke-Program $npm.Path @('run', 'build') }
    } finally {
        Pop-Location
    }
    if ($LASTEXITCODE -ne 0) { Stop-Deploy $cannot 'The build has failed; nothing was sent' }
}

# tar is called in the folder, so that the folder's own name is in no argument.
function New-Archive([string] $Folder, [string] $Archive, [string[]] $Without) {
    Push-Location -LiteralPath $Folder
    try {
        Invoke-Program $tar (@('-czf', $Archive) + $Without + @('.'))
    } finally {
        Pop-Location
    }
    if ($LASTEXITCODE -ne 0) { Stop-Deploy $cannot "tar could not pack $Folder; nothing was sent" }
}

$exitCode = $cannot
$work = Join-Path ([IO.Path]::GetTempPath()) ('lectio-' + [Guid]::NewGuid().ToString('N'))
$remote = ''
try {
    $ssh = Find-Program 'OpenSSH\ssh.exe'
    $scp = Find-Program 'OpenSSH\scp.exe'
    $tar = Find-Program 'tar.exe'
    $alive = @('-o', 'ServerAliveInterval=15', '-o', 'ConnectTimeout=15')
    # older ssh.exe hang where nothing is printed there, or wait for a key
    $call = @('-n', '-T') + $alive
    $root = Split-Path -Parent $PSScriptRoot
    $what = @{ frontend = 'frontend -'; backend = 'backend -'; full = 'full - -' }[$Type]
    if ($DryRun) { $what = "$what --dry-run" }
    if ($Force) { $what = "$what --force" }
    $deploy = "/opt/lectio-monitor/deploy_safe.sh $what"

    if ($Type -ne 'backend') {
        $source = $Frontend
        if (-not $source) { $source = Join-Path $root 'frontend' }
    }
    if ($Type -ne 'frontend') {
        $folders = @($Backend)
        if (-not $Backend) { $folders = @((Join-Path $root 'teaching_panel'), (Join-Path $root 'backend')) }
        $code = Find-Folder $folders 'manage.py' '-Backend'
    }

    # before anything is built: may this user deploy there, and a place for the archive that nobody else reads;
    # what an earlier broken connection has left there goes
    $prepare = "umask 077; mkdir -p .lectio-deploy; find .lectio-deploy -type f -mmin +60 -delete; exec sudo -n -l $deploy"
    Invoke-Program $ssh ($call + @($Server, "sh -c '$prepare'"))
    if ($LASTEXITCODE -eq 255) {
        $exitCode = 255
        throw "No connection to $Server"
    }
    if ($LASTEXITCODE -ne 0) {
        Stop-Deploy $cannot "$Server does not run $deploy for you: is lectio installed there, and are you in the group lectio-deploy?"
    }

    New-Item -ItemType Directory -Path $work -Force | Out-Null
    if ($Type -ne 'backend') {
        if (-not $SkipBuild) { Invoke-Build (Find-Folder @($source) 'package.json' '-Frontend') }
        $folders = @($Build)
        if (-not $Build) { $folders = @((Join-Path $source 'build'), (Join-Path $source 'dist')) }
        New-Archive (Find-Folder $folders 'index.html' '-Build') (Join-Path $work 'frontend.tar.gz') @()
    }
    if ($Type -ne 'frontend') {
        # what is no code; the server leaves it out too. ^ is the top
        $without = @('node_modules', '.git', '__pycache__', 'venv', '.venv', '.env*', '*.pyc', '*.sqlite3*',
            '^media', '^staticfiles', '^logs', '^backups') | ForEach-Object { "--exclude=$_" }
        New-Archive $code (Join-Path $work 'backend.tar.gz') $without
    }

    $name = [Guid]::NewGuid().ToString('N')
    Push-Location -LiteralPath $work
    try {
        if ($Type -eq 'full') {
            Invoke-Program $tar @('-cf', $name, 'frontend.tar.gz', 'backend.tar.gz')
            if ($LASTEXITCODE -ne 0) { Stop-Deploy $cannot 'tar could not pack both; nothing was sent' }
        } else {
            Rename-Item -LiteralPath "$Type.tar.gz" -NewName $name
        }
        $remote = ".lectio-deploy/$name"
        Invoke-Program $scp ($alive + @($name, "${Server}:$remote"))
    } finally {
        Pop-Location
    }
    if ($LASTEXITCODE -ne 0) {
        $exitCode = 255
        throw 'The archive was not sent; the site is as it was'
    }

    # the file loses its name before the deploy begins: nothing is left of it, however this ends
    $run = "set -e; exec <$remote; rm $remote; exec sudo -n $deploy"
    Invoke-Program $ssh ($call + @($Server, "sh -c '$run'"))
    $exitCode = $LASTEXITCODE
    if ($exitCode -eq 255) {
        throw "The connection broke; a deploy that has begun goes on. How it ended: ssh $Server sudo lectio releases"
    }
    $remote = ''
} catch {
    [Console]::Error.WriteLine("deploy_safe: $_")
} finally {
    if ($remote) { Invoke-Program $ssh ($call + @($Server, "rm -f $remote; echo the archive is removed")) }
    if (Test-Path -LiteralPath $work) { Remove-Item -LiteralPath $work -Recurse -Force -ErrorAction SilentlyContinue }
}
exit $exitCode
